// Starts the application: the router, the root component, the styles. Nothing else happens at import time.
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'
import './styles/base.css'

createApp(App).use(router).mount('#app')
