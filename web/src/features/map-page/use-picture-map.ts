// The map where the browser cannot draw it: pictures from the server, moved and zoomed by buttons, keys and the mouse.
import { type Ref, computed, onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { api } from '@/api/client'
import { MAP_LAYERS } from '@/domain/legend'
import type { Bounds } from '@/map/geo'
import { cameraFor, moved, pictureHref, placeAt, viewBounds, zoomed, type Size } from '@/map/picture'
import type { Camera } from '@/url/params'
import type { MapState } from '@/url/state'

/** How far a button or a key moves the map: a share of the picture. */
const STRIDE = 0.25
/** The server draws no picture smaller or larger, CSS pixels. */
const SIDES = { least: 64, most: 4000 }
/** How far from the pointer a click still hits, pixels. */
const PICK_RADIUS = 2

const KEYS: Record<string, [right: number, down: number] | 'closer' | 'farther'> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  '+': 'closer',
  '=': 'closer',
  '-': 'farther',
}

/** `ground` is where there is something to see; `shown` what to look at first. */
export function usePictureMap(pane: Ref<HTMLElement | null>, state: MapState, ground: () => Bounds, shown: () => Bounds) {
  const size = ref<Size | null>(null)
  const standing = ref<'drawing' | 'drawn' | 'failed'>('drawing')
  /** Counted up to ask for the same picture again. */
  const attempt = ref(0)

  const measure = () => {
    const { clientWidth, clientHeight } = pane.value ?? { clientWidth: 0, clientHeight: 0 }
    if (clientWidth < SIDES.least || clientHeight < SIDES.least) return
    size.value = { width: Math.min(clientWidth, SIDES.most), height: Math.min(clientHeight, SIDES.most) }
  }
  const observer = new ResizeObserver(measure)
  onMounted(() => {
    measure()
    if (pane.value) observer.observe(pane.value)
  })
  onBeforeUnmount(() => observer.disconnect())

  const camera = computed<Camera | null>(() => state.camera ?? (size.value && cameraFor(shown(), size.value)))
  const layers = computed(() => MAP_LAYERS.filter((layer) => !state.hidden.includes(layer)))
  /** Null while there is nothing to draw. */
  const href = computed(() => {
    if (!camera.value || !size.value || layers.value.length === 0) return null
    const { selection } = state
    return pictureHref({ camera: camera.value, size: size.value, layers: layers.value, selection })
  })
  watch(href, () => (standing.value = 'drawing'))
  watch(
    () => state.county,
    () => show(shown()),
  )

  function look(next: Camera | null): void {
    if (next) state.camera = next
  }
  function show(bounds: Bounds): void {
    if (size.value) look(cameraFor(bounds, size.value))
  }
  function move(right: number, down: number): void {
    look(camera.value && moved(camera.value, right, down, ground()))
  }
  function stride(right: number, down: number): void {
    if (size.value) move(right * size.value.width * STRIDE, down * size.value.height * STRIDE)
  }
  function zoom(by: number): void {
    look(camera.value && zoomed(camera.value, by))
  }
  function onKey(event: KeyboardEvent): void {
    const act = KEYS[event.key]
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (act === 'closer') zoom(1)
    else if (act === 'farther') zoom(-1)
    else stride(...act)
  }

  /** Selects the parcel at a point of the picture; nothing where there is none. */
  async function pick(x: number, y: number): Promise<void> {
    if (!camera.value || !size.value) return
    const [from, to] = [-PICK_RADIUS, PICK_RADIUS].map((by) => {
      const at = placeAt(camera.value!, size.value!, x + by, y - by)
      return `${at.lon.toFixed(8)},${at.lat.toFixed(8)}`
    })
    const { items } = await api.parcels({ bbox: `${from},${to}`, sort: 'area', limit: 1 })
    const [parcel] = items
    state.selection = parcel ? { register: 'parcel', division: parcel.division_code, code: parcel.parcel_code } : null
  }

  return {
    camera,
    size,
    layers,
    href,
    standing,
    attempt,
    bounds: computed(() => camera.value && size.value && viewBounds(camera.value, size.value)),
    look,
    move,
    stride,
    zoom,
    onKey,
    pick,
  }
}
