// The state of the map page, held in the address bar: reading a link sets it, changing it rewrites the link.
import { reactive, watch } from 'vue'
import { type RouteLocationNormalizedLoaded, type Router, useRoute, useRouter } from 'vue-router'
import { type MapState, readState, writeState } from '@/url/state'

/** The state behind the address of the current page. Replaces the entry in the history: a moved map is not a new page. */
export function useMapState(
  route: RouteLocationNormalizedLoaded = useRoute(),
  router: Router = useRouter(),
): MapState {
  const state = reactive(readState(route.query)) as MapState
  const home = route.path

  watch(state, () => {
    if (route.path !== home) return
    const query = writeState(state, route.query)
    if (!sameQuery(query, route.query)) void router.replace({ path: home, query })
  })

  watch(
    () => route.query,
    (query) => {
      if (route.path !== home || sameQuery(writeState(state, query), query)) return
      Object.assign(state, readState(query))
    },
  )
  return state
}

function sameQuery(one: object, other: object): boolean {
  const print = (query: object) =>
    JSON.stringify(Object.entries(query).sort(([name], [otherName]) => (name < otherName ? -1 : 1)))
  return print(one) === print(other)
}
