import { nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { useMapState } from './map-state'

async function opened(address: string) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/map', component: { template: '<a />' } },
      { path: '/target', component: { template: '<b />' } },
    ],
  })
  await router.push(address)
  let state: ReturnType<typeof useMapState> | undefined
  mount({ setup: () => ({ state: (state = useMapState()) }), template: '<i />' }, { global: { plugins: [router] } })
  if (!state) throw new Error('the page was not set up')
  return { router, state }
}

const settled = async () => {
  await nextTick()
  await new Promise((resolve) => setTimeout(resolve, 0))
}

it('a link sets the state', async () => {
  const { state } = await opened('/map?kind=underused&county=330481&sel=parcel:330481:P-1')
  expect(state).toMatchObject({
    kind: 'underused',
    county: '330481',
    selection: { register: 'parcel', division: '330481', code: 'P-1' },
  })
})

it('a change is written into the address and keeps what is not ours', async () => {
  const { router, state } = await opened('/map?lang=en&kind=underused')
  state.kind = null
  state.county = '330402'
  await settled()
  expect(router.currentRoute.value.query).toEqual({ lang: 'en', county: '330402' })
})

it('a changed address changes the state', async () => {
  const { router, state } = await opened('/map?q=a')
  await router.push('/map?q=b')
  await settled()
  expect(state.q).toBe('b')
})

it('the state does not follow to another page', async () => {
  const { router, state } = await opened('/map?q=a')
  await router.push('/target')
  await settled()
  state.q = 'c'
  await settled()
  expect(router.currentRoute.value.fullPath).toBe('/target')
})
