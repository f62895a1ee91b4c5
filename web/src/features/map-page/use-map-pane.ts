// Opens the map in its place and keeps it in step with the address: layers, selection, camera, county. Closes it with the page.
import { type Ref, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { useTexts } from '@/i18n/texts'
import { api } from '@/api/client'
import { boundsOf, type Bounds } from '@/map/geo'
import type { MapView } from '@/map/map-view'
import { hasWebGl2 } from '@/map/webgl'
import { MAP_LAYERS } from '@/domain/legend'
import { labelPointsOf, useCity } from '@/stores/city'
import type { MapState } from '@/url/state'
import { followRun } from './follow-run'

/** The rough extent of Jiaxing, until the county boundaries are there. */
const CITY: Bounds = [120.3, 30.3, 121.3, 31.05]

/** Milliseconds between two questions whether the tiles are those of the evaluation. */
const BETWEEN_QUESTIONS = 1000

export type MapStanding = 'opening' | 'open' | 'no-webgl' | 'failed'

export function useMapPane(container: Ref<HTMLElement | null>, state: MapState) {
  const texts = useTexts()
  const { divisions, scope } = useCity()
  const view = shallowRef<MapView | null>(null)
  const standing = ref<MapStanding>('opening')
  const pointer = ref<{ lon: number; lat: number } | null>(null)
  let closed = false

  onMounted(async () => {
    if (!hasWebGl2()) {
      standing.value = 'no-webgl'
      return
    }
    try {
      const { openMap } = await import('@/map/maplibre-view')
      if (closed || !container.value) return
      const { label, controls } = texts.value.map
      const start = state.camera ? { camera: state.camera } : { bounds: cityBounds() }
      view.value = openMap({ container: container.value, start, label, texts: controls })
      standing.value = 'open'
    } catch {
      // MapLibre throws when the graphics driver refuses after all; Vue would only log it and leave a blank pane.
      standing.value = 'failed'
    }
  })
  onBeforeUnmount(() => {
    closed = true
    view.value?.destroy()
    view.value = null
  })

  watch(view, (map) => {
    if (!map) return
    map.on('move', (camera) => (state.camera = camera))
    map.on('pick', (selection) => (state.selection = selection))
    map.on('pointer', (place) => (pointer.value = place))
  })
  followRun({
    scope,
    shownRun: api.shownRun,
    refresh: () => view.value?.refresh(),
    pause: () => new Promise((resolve) => setTimeout(resolve, BETWEEN_QUESTIONS)),
  })
  watch([view, () => state.hidden], ([map, hidden]) => {
    for (const layer of MAP_LAYERS) map?.setVisible(layer, hidden.includes(layer) ? 'hidden' : 'visible')
  })
  watch([view, () => state.selection], ([map, selection]) => map?.select(selection))
  watch([view, divisions.data], ([map, areas]) => {
    if (!map || !areas) return
    map.setDivisions(areas, labelPointsOf(areas))
    if (!state.camera) showCounty(state.county)
  })
  watch(
    () => state.county,
    (county) => showCounty(county),
  )

  function cityBounds(): Bounds {
    return (divisions.data.value && boundsOf(divisions.data.value)) ?? CITY
  }

  function countyBounds(county: string | null): Bounds {
    const areas = divisions.data.value
    const chosen = areas?.features.filter(({ properties }) => properties.division_code === county) ?? []
    return (chosen.length > 0 && areas && boundsOf({ ...areas, features: chosen })) || cityBounds()
  }

  function showCounty(county: string | null): void {
    view.value?.fit(countyBounds(county))
  }

  return {
    view,
    standing,
    pointer,
    home: () => view.value?.fit(cityBounds()),
    ground: cityBounds,
    /** What a map shows that nobody moved. */
    shown: () => countyBounds(state.county),
  }
}
