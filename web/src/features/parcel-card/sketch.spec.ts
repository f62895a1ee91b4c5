import { expect, it } from 'vitest'
import { sketchOf } from './sketch'

// 0.001° of latitude is 111.32 m; at 60° north 0.002° of longitude is the same length.
const square = {
  type: 'Polygon' as const,
  coordinates: [
    [
      [10, 60],
      [10.002, 60],
      [10.002, 60.001],
      [10, 60.001],
      [10, 60],
    ],
  ],
}

it('a square on the ground is a square on the sheet with north up', () => {
  const sketch = sketchOf(square, 100, 10)
  expect(sketch?.width).toBeCloseTo(100, 1)
  expect(sketch?.height).toBeCloseTo(100, 1)
  expect(sketch?.path).toMatch(/^M10\.0 90\.0L/)
})

it('the scale bar is a round length', () => {
  const sketch = sketchOf(square, 100, 10)
  expect(sketch?.bar.metres).toBe(20)
  expect(sketch?.bar.length).toBeCloseTo((20 / 111.32) * 80, 1)
})

it('a point has no outline', () => {
  expect(sketchOf({ type: 'Point', coordinates: [1, 2] }, 100, 10)).toBeNull()
})
