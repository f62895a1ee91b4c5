import { expect, it } from 'vitest'
import type { Summary } from '@/api/types'
import { MAP_LAYERS, legendRows, tileZooms } from './legend'

const summary: Summary = {
  scope: {
    as_of: '2026-06-30',
    known_at: '2026-06-30T00:00:00Z',
    run_id: 1,
    rulebook: { edition: 'e', digest: 'd' },
    facts_revision: 1,
    is_synthetic: true,
    data_label: '示例数据（合成）',
    observed_on: null,
  },
  totals: { parcels: 10, area_m2: 1000 },
  kinds: [
    { kind: 'approved_not_supplied', label: '批而未供', count: 2, area_m2: 200 },
    { kind: 'underused', label: '用而未尽', count: 3, area_m2: 300 },
  ],
  undetermined: { parcels: 4 },
  states: [],
  counties: [
    {
      division_code: '330481',
      name: '海宁市',
      parcels: 5,
      area_m2: 500,
      kinds: [{ kind: 'underused', label: '用而未尽', count: 1, area_m2: 100 }],
    },
  ],
  layers: [{ id: 'parcels', label: '宗地', count: 10, area_m2: 1000, observed_on: '2026-05-31' }],
}

const row = (layer: string) => legendRows(summary).find((candidate) => candidate.layer === layer)

it('has one row a layer in the fixed order', () => {
  expect(legendRows(summary).map(({ layer }) => layer)).toEqual(MAP_LAYERS)
})

it('takes the count of a kind from the summary', () => {
  expect(row('underused')).toMatchObject({ count: 3, areaM2: 300, kind: 'underused' })
})

it('a kind the server does not list counts zero', () => {
  expect(row('supplied_not_used')).toMatchObject({ count: 0, areaM2: 0 })
})

it('a register the server does not list has no count rather than zero', () => {
  expect(row('zones')?.count).toBeNull()
})

it('shows the day of the data of a register', () => {
  expect(row('parcels')?.observedOn).toBe('2026-05-31')
})

it('says of a layer what the tiles say', () => {
  const part = (id: string, minzoom: number) => ({ id, minzoom, maxzoom: 16 })
  const tiles = {
    vector_layers: [part('parcels', 13), part('parcels_label', 14), part('parcels_block', 11), part('parcels_grid', 5), part('zones', 5)],
  }
  expect(tileZooms(tiles, 'parcels')).toEqual({ drawnFrom: 13, blocksFrom: 11, squaresFrom: 5 })
  expect(tileZooms(tiles, 'zones')).toEqual({ drawnFrom: 5, blocksFrom: null, squaresFrom: null })
  expect(tileZooms(tiles, 'buildings')).toBeNull()
})
