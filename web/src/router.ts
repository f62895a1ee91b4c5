// The pages and their addresses. Every page is loaded when first opened, so the map does not wait for the chart.
import { createRouter, createWebHistory } from 'vue-router'

const mapPage = () => import('./features/map-page/MapPage.vue')

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', redirect: ({ query }) => ({ path: '/map', query }) },
    { path: '/map', name: 'map', component: mapPage },
    { path: '/parcels/:division/:code', name: 'parcel', component: () => import('./features/parcel-card/ParcelPage.vue') },
    { path: '/findings/:division/:kind/:code/:rule', name: 'finding', component: () => import('./features/life/FindingPage.vue') },
    { path: '/target', name: 'target', component: () => import('./features/target-page/TargetPage.vue') },
    { path: '/proposals', name: 'proposals', component: () => import('./features/proposal-page/ProposalPage.vue') },
    { path: '/imports', name: 'imports', component: () => import('./features/imports-page/ImportsPage.vue') },
    { path: '/imports/upload/:upload?', name: 'intake', component: () => import('./features/intake/IntakePage.vue') },
    { path: '/:rest(.*)*', redirect: '/map' },
  ],
})
