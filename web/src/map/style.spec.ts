import { expect, it } from 'vitest'
import { MAP_LAYERS } from '@/domain/legend'
import { PICKABLE, PICKABLE_GROUND, SELECTABLE } from './ids'
import { buildStyle, styleLayersOf } from './style'

const style = buildStyle('http://map.test')
const ids = style.layers.map(({ id }) => id)

it('names no address but that of the page', () => {
  const addresses = JSON.stringify(style).match(/https?:[^"]*/g) ?? []
  expect(addresses).toHaveLength(1)
  expect(addresses[0]).toMatch(/^http:\/\/map\.test\/tiles\//)
  expect(style).not.toHaveProperty('glyphs')
  expect(style).not.toHaveProperty('sprite')
})

it('layer names are unique and every pickable layer exists', () => {
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of [...PICKABLE, ...PICKABLE_GROUND]) expect(ids).toContain(id)
  for (const { layer } of Object.values(SELECTABLE)) expect(ids).toContain(`${layer}-selected`)
})

it('every text layer names local fonts', () => {
  for (const layer of style.layers) {
    if (layer.type === 'symbol') expect(layer.layout?.['text-font']).toContain('Noto Sans CJK SC')
  }
})

it('every row of the legend switches at least one layer and none switches the selection', () => {
  for (const layer of MAP_LAYERS) {
    const switched = styleLayersOf(layer, ids)
    expect(switched.length, layer).toBeGreaterThan(0)
    expect(switched.some((id) => id.includes('selected'))).toBe(false)
  }
})

it('no two rows of the legend switch the same layer', () => {
  const switched = MAP_LAYERS.flatMap((layer) => styleLayersOf(layer, ids))
  expect(new Set(switched).size).toBe(switched.length)
})

it('a city in which nothing is flagged is not a blank map at any zoom', () => {
  const drawn = style.layers.filter(({ id }) => styleLayersOf('parcels', ids).includes(id))
  const from = drawn.map((layer) => ('source-layer' in layer ? layer['source-layer'] : null))
  expect(from).toEqual(expect.arrayContaining(['parcels_grid', 'parcels_tiny', 'parcels_block', 'parcels']))
})
