// Arithmetic of a map that the server draws: which ground a picture shows, where a click on it lies, how it is asked for.
// Zooms are those of the other map (512 pixels to a tile), so that an address means the same in both.
import { queryText } from '@/api/client'
import type { MapLayer } from '@/domain/legend'
import { type Camera, type Selection, selectionCodec } from '@/url/params'
import type { Bounds } from './geo'

/** CSS pixels. */
export interface Size {
  width: number
  height: number
}

const TILE_SIZE = 512
const NORTHERNMOST = 85
/** The widest and the closest look the server draws at any size of the window. */
export const ZOOMS = { least: 7, most: 20 } as const
const PADDING = 20

const worldX = (lon: number) => lon / 360 + 0.5
const worldY = (lat: number) => 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)
const lonOf = (x: number) => (x - 0.5) * 360
const latOf = (y: number) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI
const scaleOf = (zoom: number) => TILE_SIZE * 2 ** zoom
const within = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most)

/** The place at a point of the picture, from its upper left corner. */
export function placeAt(camera: Camera, size: Size, x: number, y: number): { lon: number; lat: number } {
  const scale = scaleOf(camera.zoom)
  return {
    lon: lonOf(worldX(camera.lon) + (x - size.width / 2) / scale),
    lat: latOf(worldY(camera.lat) + (y - size.height / 2) / scale),
  }
}

/** The ground that a picture of that size shows. */
export function viewBounds(camera: Camera, size: Size): Bounds {
  const low = placeAt(camera, size, 0, size.height)
  const high = placeAt(camera, size, size.width, 0)
  return [low.lon, low.lat, high.lon, high.lat]
}

/** The closest look at which all of it is in the picture, with some room around. */
export function cameraFor([west, south, east, north]: Bounds, size: Size): Camera {
  const [left, right, top, bottom] = [worldX(west), worldX(east), worldY(north), worldY(south)]
  const room = (length: number) => Math.max(length - 2 * PADDING, 1)
  const scale = Math.min(room(size.width) / (right - left), room(size.height) / (bottom - top))
  return {
    zoom: within(Math.log2(scale / TILE_SIZE), ZOOMS.least, ZOOMS.most),
    lat: latOf((top + bottom) / 2),
    lon: lonOf((left + right) / 2),
  }
}

/** Looks at what was so many pixels to the right and below. Never leaves the ground given: beside it there is nothing to see. */
export function moved(camera: Camera, right: number, down: number, ground: Bounds): Camera {
  const { lon, lat } = placeAt(camera, { width: 0, height: 0 }, right, down)
  return { ...camera, lon: within(lon, ground[0], ground[2]), lat: within(lat, ground[1], ground[3]) }
}

/** Closer by so many zooms, or farther. */
export function zoomed(camera: Camera, by: number): Camera {
  return { ...camera, zoom: within(camera.zoom + by, ZOOMS.least, ZOOMS.most) }
}

/** What is to be drawn. */
export interface Drawing {
  camera: Camera
  size: Size
  layers: readonly MapLayer[]
  selection: Selection | null
}

function bboxText(bounds: Bounds): string {
  const [west, south, east, north] = bounds
  return [west, within(south, -NORTHERNMOST, NORTHERNMOST), east, within(north, -NORTHERNMOST, NORTHERNMOST)]
    .map((degrees) => degrees.toFixed(8))
    .join(',')
}

/** The address of the picture: only the map, the legend stands beside it. */
export function pictureHref({ camera, size, layers, selection }: Drawing): string {
  const { width, height } = size
  const bbox = bboxText(viewBounds(camera, size))
  return `/api/v1/map${queryText({ layout: 'bare', bbox, width, height, layers: layers.join(','), selected: selectedText(selection) })}`
}

/** The address of the sheet to print: title, legend, scale and sources around the same ground, on A4. */
export function sheetHref({ camera, size, layers, selection }: Drawing): string {
  const bbox = bboxText(viewBounds(camera, size))
  const orientation = size.width >= size.height ? 'landscape' : 'portrait'
  return `/api/v1/map${queryText({ format: 'pdf', paper: 'A4', orientation, bbox, layers: layers.join(','), selected: selectedText(selection) })}`
}

function selectedText(selection: Selection | null): string | null {
  return selectionCodec.print(selection)
}
