import { expect, it } from 'vitest'
import { KINDS } from '@/domain/kinds'
import { hatch, rgbOf } from './hatch'

const alphaOf = (size: number, kind: (typeof KINDS)[number]) => {
  const { data } = hatch(kind, size)
  return Array.from({ length: size * size }, (_, pixel) => data[pixel * 4 + 3] ?? 0)
}

it.each(KINDS)('the hatch of %s has ink and gaps', (kind) => {
  const inked = alphaOf(24, kind).filter((alpha) => alpha > 128).length / (24 * 24)
  expect(inked).toBeGreaterThan(0.08)
  expect(inked).toBeLessThan(0.6)
})

it('the three hatches differ without their colours', () => {
  const patterns = KINDS.map((kind) => alphaOf(24, kind).join())
  expect(new Set(patterns).size).toBe(3)
})

it.each(['supplied_not_used', 'underused'] as const)('the lines of %s run on across the edge of the tile', (kind) => {
  const size = 24
  const alpha = alphaOf(size, kind)
  // Along a 45° line one step right and one step up stays on the line, also when it wraps round.
  for (let column = 0; column < size; column += 1) {
    const here = alpha[column] ?? 0
    const wrapped = alpha[(size - 1) * size + ((column + 1) % size)] ?? 0
    if (kind === 'supplied_not_used') expect(Math.abs(here - wrapped)).toBeLessThanOrEqual(1)
  }
})

it('a colour is read as three bytes', () => {
  expect(rgbOf('#0072b2')).toEqual([0, 0x72, 0xb2])
})
