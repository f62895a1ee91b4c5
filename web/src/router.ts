// The pages and their addresses. Every page is loaded when first opened, so the map does not wait for the chart.
import { createRouter, createWebHistory } from 'vue-router'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'home', component: () => import('./features/map-page/MapPage.vue') },
    { path: '/map', name: 'map', component: () => import('./features/map-page/MapPage.vue') },
  ],
})
