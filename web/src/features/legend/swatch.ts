// Paints the sample of one kind on a canvas: the map's tint, the map's hatch, the map's outline.
import type { Kind } from '@/api/types'
import { hatch } from '@/map/hatch'
import { KIND_COLOURS } from '@/map/palette'

/** Paints the whole canvas. Does nothing where there is no 2D context. */
export function paintSwatch(canvas: HTMLCanvasElement, kind: Kind): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { fill, ink } = KIND_COLOURS[kind]
  context.globalAlpha = 0.4
  context.fillStyle = fill
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.globalAlpha = 1
  const picture = hatch(kind, 20)
  const tile = document.createElement('canvas')
  tile.width = picture.width
  tile.height = picture.height
  tile.getContext('2d')?.putImageData(new ImageData(picture.data, picture.width), 0, 0)
  const pattern = context.createPattern(tile, 'repeat')
  if (pattern) {
    context.fillStyle = pattern
    context.fillRect(0, 0, canvas.width, canvas.height)
  }
  context.strokeStyle = ink
  context.lineWidth = 3
  context.strokeRect(0, 0, canvas.width, canvas.height)
}
