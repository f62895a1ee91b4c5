// What every page shows of the city: scope, summary, county boundaries and what tiles hold, asked once and shared.
import { computed, effectScope, ref } from 'vue'
import { api } from '@/api/client'
import { type Remote, useRemote } from './remote'
import { TILE_LAYERS } from '@/map/ids'
import type { Divisions, LabelPoints, Scope, Summary, TileJson } from '@/api/types'

interface City {
  scope: Remote<Scope>
  summary: Remote<Summary>
  divisions: Remote<Divisions>
  tiles: Remote<TileJson>
}

let shared: City | null = null

/** The shared answers; the first caller asks. They outlive the page that asked. */
export function useCity(): City {
  shared ??= effectScope(true).run(() => {
    const once = ref(0)
    return {
      scope: useRemote((signal) => api.scope(signal), once),
      summary: useRemote((signal) => api.summary(null, signal), once),
      divisions: useRemote((signal) => api.divisions(signal), once),
      tiles: useRemote((signal) => api.tileJson(TILE_LAYERS, signal), once),
    }
  })!
  return shared
}

/** Asks again for all of it: the registers were changed from this page. */
export function renewCity(): void {
  for (const remote of Object.values(shared ?? {})) void (remote as Remote<unknown>).reload()
}

/** County code and name, in the order of the codes. */
export function useCounties() {
  const { summary, divisions } = useCity()
  return computed(() => {
    const named =
      summary.data.value?.counties ?? divisions.data.value?.features.map(({ properties }) => properties) ?? []
    return named
      .map(({ division_code, name }) => ({ code: division_code, name }))
      .sort((one, other) => (one.code < other.code ? -1 : 1))
  })
}

/** One label point a county, from the label coordinates of the boundaries. */
export function labelPointsOf(divisions: Divisions): LabelPoints {
  return {
    type: 'FeatureCollection',
    features: divisions.features.map(({ properties: { name, label_lon, label_lat } }) => ({
      type: 'Feature',
      properties: { name },
      geometry: { type: 'Point', coordinates: [label_lon, label_lat] },
    })),
  }
}
