// The map beside the form: shows the proposal's shapes over the city and lets one polygon at a time be drawn.
import type { FeatureCollection, Polygon } from 'geojson'
import { type Ref, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { useTexts } from '@/i18n/texts'
import { type Bounds, boundsOf } from '@/map/geo'
import type { MapView } from '@/map/map-view'
import { hasWebGl2 } from '@/map/webgl'
import { labelPointsOf, useCity } from '@/stores/city'

const CITY: Bounds = [120.3, 30.3, 121.3, 31.05]

export function useDrawingMap(container: Ref<HTMLElement | null>, shapes: Ref<FeatureCollection>) {
  const texts = useTexts()
  const { divisions } = useCity()
  const view = shallowRef<MapView | null>(null)
  const standing = ref<'opening' | 'open' | 'none'>('opening')
  const drawing = ref<'land' | 'building' | null>(null)
  let closed = false

  onMounted(async () => {
    if (!hasWebGl2()) {
      standing.value = 'none'
      return
    }
    try {
      const { openMap } = await import('@/map/maplibre-view')
      if (closed || !container.value) return
      const { label, controls } = texts.value.map
      view.value = openMap({ container: container.value, start: { bounds: CITY }, label, texts: controls })
      view.value.on('ready', () => (standing.value = 'open'))
    } catch {
      standing.value = 'none'
    }
  })
  onBeforeUnmount(() => {
    closed = true
    view.value?.destroy()
  })

  watch([view, divisions.data], ([map, areas]) => {
    if (map && areas) map.setDivisions(areas, labelPointsOf(areas))
  })
  watch([view, shapes], ([map, collection]) => map?.setProposal(collection))

  /** Lets the reader draw; null when it was given up or there is no map. */
  async function draw(role: 'land' | 'building'): Promise<Polygon | null> {
    if (!view.value) return null
    drawing.value = role
    try {
      return await view.value.draw()
    } finally {
      drawing.value = null
    }
  }

  function showShapes(): void {
    const bounds = boundsOf(shapes.value)
    if (bounds) view.value?.fit(bounds)
  }

  return { standing, drawing, draw, cancel: () => view.value?.cancelDrawing(), showShapes }
}
