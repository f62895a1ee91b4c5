// MapView drawn by MapLibre GL. Loaded on demand, after webgl.ts said that it can work.
import {
  FullscreenControl,
  type GeoJSONSource,
  Map as MapLibreMap,
  type MapGeoJSONFeature,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl'
import 'maplibre-gl/dist/maplibre-gl.css'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { Polygon } from 'geojson'
import { KINDS } from '@/domain/kinds'
import type { Selection } from '@/url/params'
import type { Drawing } from './drawing'
import { hatch } from './hatch'
import { HATCHES, PICKABLE, PICKABLE_GROUND, SELECTABLE, SOURCES } from './ids'
import type { MapEvents, MapOptions, MapView } from './map-view'
import { buildStyle, styleLayersOf } from './style'

setWorkerUrl(workerUrl)

declare global {
  interface Window {
    /** The map of the page, for end-to-end tests. */
    __map?: MapLibreMap
  }
}

/** How far from the pointer a click still hits, in pixels: a dot is small. */
const PICK_RADIUS = 3
const HATCH_SIZE = 24

/** Opens a map in the container. Throws when WebGL2 is refused after all. */
export function openMap(options: MapOptions): MapView {
  const map = createMap(options)
  return new MapLibreView(map)
}

function createMap({ container, start, label, texts }: MapOptions): MapLibreMap {
  const map = new MapLibreMap({
    container,
    style: buildStyle(window.location.origin),
    ...('camera' in start
      ? { center: [start.camera.lon, start.camera.lat], zoom: start.camera.zoom }
      : { bounds: start.bounds, fitBoundsOptions: { padding: 20 } }),
    fadeDuration: 0,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    maxZoom: 20,
    minZoom: 6,
    locale: {
      'NavigationControl.ZoomIn': texts.zoomIn,
      'NavigationControl.ZoomOut': texts.zoomOut,
      'NavigationControl.ResetBearing': texts.resetBearing,
      'FullscreenControl.Enter': texts.enterFullscreen,
      'FullscreenControl.Exit': texts.exitFullscreen,
      'Map.Title': label,
    },
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.addControl(new NavigationControl({ showCompass: false }), 'top-left')
  map.addControl(new FullscreenControl(), 'top-left')
  map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 110 }), 'bottom-left')
  return map
}

class MapLibreView implements MapView {
  private readonly listeners: { [E in keyof MapEvents]: Set<(value: MapEvents[E]) => void> } = {
    pick: new Set(),
    move: new Set(),
    pointer: new Set(),
    fault: new Set(),
    ready: new Set(),
  }
  private selection: Selection | null = null
  private outlined: { sourceLayer: string; id: number } | null = null
  private drawing: Drawing | null = null
  private isDrawing = false
  private marks: Marker[] = []
  /** What was asked before the style was there; done in order when it is. */
  private waiting: (() => void)[] | null = []

  constructor(private readonly map: MapLibreMap) {
    window.__map = map
    map.on('style.load', () => this.onStyle())
    map.once('idle', () => this.tell('ready', undefined))
    map.on('error', ({ error }) => this.tell('fault', error?.message ?? 'map error'))
    map.on('moveend', () => this.tell('move', this.camera()))
    map.on('mousemove', ({ lngLat, point }) => {
      this.tell('pointer', { lon: lngLat.lng, lat: lngLat.lat })
      if (!this.isDrawing) map.getCanvas().style.cursor = this.featureAt(point.x, point.y) ? 'pointer' : ''
    })
    map.on('mouseout', () => this.tell('pointer', null))
    map.on('click', ({ point }) => {
      if (!this.isDrawing) this.tell('pick', this.pickAt(point.x, point.y))
    })
    map.on('sourcedata', ({ sourceId, tile }) => {
      if (sourceId === SOURCES.city && tile) this.outline()
    })
  }

  on<E extends keyof MapEvents>(event: E, listener: (value: MapEvents[E]) => void): () => void {
    this.listeners[event].add(listener)
    return () => this.listeners[event].delete(listener)
  }

  refresh(): void {
    this.whenStyled(() => this.map.refreshTiles(SOURCES.city))
  }

  setVisible(layer: Parameters<MapView['setVisible']>[0], visible: 'visible' | 'hidden'): void {
    this.whenStyled(() => {
      const all = this.map.getStyle().layers.map(({ id }) => id)
      for (const id of styleLayersOf(layer, all)) {
        this.map.setLayoutProperty(id, 'visibility', visible === 'visible' ? 'visible' : 'none')
      }
    })
  }

  select(selection: Selection | null): void {
    this.selection = selection
    this.whenStyled(() => this.outline())
  }

  setDivisions(...[areas, labels]: Parameters<MapView['setDivisions']>): void {
    this.whenStyled(() => {
      this.map.getSource<GeoJSONSource>(SOURCES.divisions)?.setData(areas)
      this.map.getSource<GeoJSONSource>(SOURCES.divisionLabels)?.setData(labels)
    })
  }

  setProposal(shapes: Parameters<MapView['setProposal']>[0]): void {
    this.whenStyled(() => this.map.getSource<GeoJSONSource>(SOURCES.proposal)?.setData(shapes))
  }

  mark(places: Parameters<MapView['mark']>[0]): void {
    for (const marker of this.marks) marker.remove()
    this.marks = places.map(({ lon, lat, label, look }) => {
      const element = document.createElement('div')
      element.className = `map-mark map-mark-${look}`
      element.title = label
      return new Marker({ element }).setLngLat([lon, lat]).addTo(this.map)
    })
  }

  flyTo({ lon, lat, zoom }: Parameters<MapView['flyTo']>[0]): void {
    this.map.flyTo({ center: [lon, lat], zoom: Math.max(zoom, this.map.getZoom()), duration: 600 })
  }

  fit(bounds: Parameters<MapView['fit']>[0]): void {
    this.map.fitBounds(bounds, { padding: 20, duration: 400 })
  }

  jumpTo({ lon, lat, zoom }: Parameters<MapView['jumpTo']>[0]): void {
    this.map.jumpTo({ center: [lon, lat], zoom })
  }

  camera() {
    const { lng, lat } = this.map.getCenter()
    return { zoom: this.map.getZoom(), lat, lon: lng }
  }

  async draw(): Promise<Polygon | null> {
    this.isDrawing = true
    try {
      this.drawing ??= (await import('./drawing')).openDrawing(this.map)
      return await this.drawing.polygon()
    } finally {
      this.isDrawing = false
    }
  }

  cancelDrawing(): void {
    this.drawing?.cancel()
  }

  destroy(): void {
    this.drawing?.close()
    if (window.__map === this.map) delete window.__map
    this.map.remove()
  }

  private tell<E extends keyof MapEvents>(event: E, value: MapEvents[E]): void {
    for (const listener of this.listeners[event]) listener(value)
  }

  private onStyle(): void {
    for (const kind of KINDS) {
      if (!this.map.hasImage(HATCHES[kind])) this.map.addImage(HATCHES[kind], hatch(kind, HATCH_SIZE), { pixelRatio: 2 })
    }
    const waiting = this.waiting ?? []
    this.waiting = null
    for (const act of waiting) act()
  }

  private whenStyled(act: () => void): void {
    if (this.waiting) this.waiting.push(act)
    else act()
  }

  private featureAt(x: number, y: number): MapGeoJSONFeature | undefined {
    if (this.waiting) return undefined
    const box: [[number, number], [number, number]] = [
      [x - PICK_RADIUS, y - PICK_RADIUS],
      [x + PICK_RADIUS, y + PICK_RADIUS],
    ]
    const layers = [...PICKABLE]
    return (
      this.map.queryRenderedFeatures([x, y], { layers })[0] ??
      this.map.queryRenderedFeatures(box, { layers })[0] ??
      this.map.queryRenderedFeatures([x, y], { layers: [...PICKABLE_GROUND] })[0]
    )
  }

  private pickAt(x: number, y: number): Selection | null {
    const feature = this.featureAt(x, y)
    return feature ? selectionOf(feature) : null
  }

  /** Moves the `selected` state to the feature of the selection, when a loaded tile holds it. */
  private outline(): void {
    const { layer } = SELECTABLE[this.selection?.register ?? 'parcel']
    const id = this.selection === null ? null : this.idOf(this.selection)
    if (this.outlined && this.outlined.id === id && this.outlined.sourceLayer === layer) return
    if (id === null && this.selection !== null && this.outlined === null) return
    if (this.outlined) this.map.removeFeatureState({ source: SOURCES.city, ...this.outlined })
    this.outlined = id === null ? null : { sourceLayer: layer, id }
    if (this.outlined) this.map.setFeatureState({ source: SOURCES.city, ...this.outlined }, { selected: true })
  }

  private idOf({ division, code, register }: Selection): number | null {
    const { layer, key } = SELECTABLE[register]
    const [feature] = this.map.querySourceFeatures(SOURCES.city, {
      sourceLayer: layer,
      filter: ['all', ['==', ['get', key], code], ['==', ['get', 'division_code'], division]],
    })
    return typeof feature?.id === 'number' ? feature.id : null
  }
}

const REGISTERS = Object.keys(SELECTABLE) as (keyof typeof SELECTABLE)[]

/** The business key in a feature of the tiles; null when the tile was cut down and lost it. */
function selectionOf({ properties, sourceLayer }: MapGeoJSONFeature): Selection | null {
  const register = REGISTERS.find((name) => sourceLayer?.startsWith(SELECTABLE[name].layer)) ?? 'parcel'
  const code: unknown = properties[SELECTABLE[register].key]
  const division: unknown = properties['division_code']
  if (code === undefined || division === undefined) return null
  return { register, division: String(division), code: String(code) }
}
