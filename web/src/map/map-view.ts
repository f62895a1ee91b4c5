// The map as the pages see it: layers switched, something selected, a place shown, a pick or a move reported.
// Nothing of MapLibre leaks out, so that another renderer can take its place. No fetch of ours, no Vue.
import type { FeatureCollection, Polygon } from 'geojson'
import type { LabelPoints } from '@/api/types'
import type { MapLayer } from '@/domain/legend'
import type { Camera, Selection } from '@/url/params'
import type { Bounds } from './geo'

export type { Bounds, Camera, Selection }

/** What happens on the map. Each `on…` of MapView gives back the way to stop listening. */
export interface MapEvents {
  /** A parcel or a leftover was clicked; null when the click hit neither. */
  pick: Selection | null
  /** The camera came to rest. */
  move: Camera
  /** Where the pointer is, degrees; null when it left the map. */
  pointer: { lon: number; lat: number } | null
  /** The map or a tile failed; the message is for the log, the page has its own words. */
  fault: string
  /** The first whole picture is on the screen. */
  ready: undefined
}

export interface MapView {
  on<E extends keyof MapEvents>(event: E, listener: (value: MapEvents[E]) => void): () => void
  setVisible(layer: MapLayer, visible: 'visible' | 'hidden'): void
  /** Asks for the tiles in sight again: the city is another than when they came. */
  refresh(): void
  /** Outlines the selected thing as soon as its tile is there; null outlines nothing. */
  select(selection: Selection | null): void
  setDivisions(areas: FeatureCollection, labels: LabelPoints): void
  /** The ground and the footprints of a proposal: features with `role` "land" or "building". */
  setProposal(shapes: FeatureCollection): void
  /** Puts marks on places, such as those of issues; the chosen one stands out. None takes them away. */
  mark(places: readonly MarkedPlace[]): void
  flyTo(place: { lon: number; lat: number; zoom: number }): void
  fit(bounds: Bounds): void
  jumpTo(camera: Camera): void
  camera(): Camera
  /** Lets the reader draw one polygon; resolves with it, or with null when the drawing was given up. */
  draw(): Promise<Polygon | null>
  cancelDrawing(): void
  destroy(): void
}

export interface MarkedPlace {
  lon: number
  lat: number
  /** What a screen reader and a tooltip call it. */
  label: string
  look: 'chosen' | 'other'
}

export interface MapOptions {
  container: HTMLElement
  /** Where to look first: a camera from the address bar, or the bounds of the city. */
  start: { camera: Camera } | { bounds: Bounds }
  /** What a screen reader calls the map. */
  label: string
  texts: {
    zoomIn: string
    zoomOut: string
    resetBearing: string
    enterFullscreen: string
    exitFullscreen: string
  }
}
