import { expect, it } from 'vitest'
import { boundsOf, scaleDenominator } from './geo'

it('the bounds hold every corner', () => {
  expect(
    boundsOf({
      type: 'FeatureCollection',
      features: [
        { type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [120.5, 30.4] } },
        {
          type: 'Feature',
          properties: {},
          geometry: { type: 'MultiPolygon', coordinates: [[[[121, 30.9], [120.9, 31], [121, 31], [121, 30.9]]]] },
        },
      ],
    }),
  ).toEqual([120.5, 30.4, 121, 31])
})

it('nothing has no bounds', () => {
  expect(boundsOf({ type: 'FeatureCollection', features: [] })).toBeNull()
})

it('one zoom level halves the scale and the figure is rounded to two digits', () => {
  // Zoom 0 with 512-pixel tiles at the equator: 78 271.5 m a pixel, 295 829 355 on a 96 dpi screen.
  expect(scaleDenominator(0, 0)).toBe(300_000_000)
  expect(scaleDenominator(15, 30.7)).toBe(7_800)
  expect(scaleDenominator(16, 30.7)).toBe(3_900)
})
