// The hatches of the three kinds as pixels: dots, 45° lines, cross-hatch. Pure and seamless, so that no picture file is shipped
// and the legend draws exactly what the map draws.
import type { Kind } from '@/api/types'
import { KIND_COLOURS } from './palette'

export interface Picture {
  width: number
  height: number
  /** RGBA, four bytes a pixel, row by row. */
  data: Uint8ClampedArray<ArrayBuffer>
}

type Ink = (x: number, y: number) => boolean

/** Is the point inked? Coordinates in [0, 1) of one period. */
const INKS: Record<Kind, Ink> = {
  approved_not_supplied: (x, y) =>
    distance(x, y, 0.25, 0.25) < 0.16 || distance(x, y, 0.75, 0.75) < 0.16,
  supplied_not_used: (x, y) => onLine(x + y),
  underused: (x, y) => onLine(x + y) || onLine(x - y + 1),
}

function distance(x: number, y: number, cx: number, cy: number): number {
  return Math.hypot(x - cx, y - cy)
}

/** Lines at 45°, one a period, 0.16 of a period thick across. */
function onLine(sum: number): boolean {
  return Math.abs((sum % 1) - 0.5) < 0.11
}

const SAMPLES = 4

/** One seamless period of the hatch of `kind`, `size` pixels wide and high, transparent where there is no ink. */
export function hatch(kind: Kind, size: number): Picture {
  const data = new Uint8ClampedArray(size * size * 4)
  const [red, green, blue] = rgbOf(KIND_COLOURS[kind].ink)
  const inked = INKS[kind]
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      let hits = 0
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size
        const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size
        if (inked(x, y)) hits += 1
      }
      data.set([red, green, blue, Math.round((255 * hits) / (SAMPLES * SAMPLES))], (row * size + column) * 4)
    }
  }
  return { width: size, height: size, data }
}

/** `#rrggbb` → three bytes. */
export function rgbOf(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}
