import { describe, expect, it } from 'vitest'
import {
  cameraCodec,
  countyCodec,
  hiddenCodec,
  kindCodec,
  languageCodec,
  lifeCodec,
  searchCodec,
  selectionCodec,
  sortCodec,
  tabCodec,
} from './params'
import type { Codec } from './codec'
import { type MapState, readState, writeState } from './state'

function roundTrips<T>(codec: Codec<T>, values: readonly T[]) {
  describe(codec.name, () => {
    it.each(values.map((value) => [value] as const))('prints %j and parses it back', (value) => {
      const text = codec.print(value)
      expect(text === null ? codec.fallback : codec.parse(text)).toEqual(value)
    })
  })
}

roundTrips(cameraCodec, [null, { zoom: 12.5, lat: 30.75, lon: 120.75 }, { zoom: 0, lat: -1.5, lon: -179.25 }])
roundTrips(kindCodec, [null, 'approved_not_supplied', 'underused', 'undetermined'])
roundTrips(countyCodec, [null, '330481'])
roundTrips(searchCodec, ['', '海宁 硖石', 'a/b&c=d'])
roundTrips(sortCodec, ['-area', 'area', 'plot_ratio', '-plot_ratio', 'code'])
roundTrips(tabCodec, ['parcels', 'findings', 'approvals', 'supplies'])
roundTrips(lifeCodec, [null, 'suspected', 'under_appeal'])
roundTrips(languageCodec, ['zh-CN', 'en'])
roundTrips(hiddenCodec, [[], ['buildings'], ['parcels', 'zones', 'divisions']])
roundTrips(selectionCodec, [
  null,
  { register: 'parcel', division: '330481', code: '330481001002GB00017' },
  { register: 'project', division: '330402', code: '330402-GZ-00001' },
  { register: 'approval', division: '330402', code: '浙土字:A〔2021〕-0012 号' },
])

it.each(['', '12/30', '12/30/120/1', 'x/30/120', '99/30/120', '12/91/120', '12//120', 'NaN/1/1'])(
  'the camera %j is refused and not guessed',
  (text) => expect(cameraCodec.parse(text)).toBeNull(),
)

it.each(['33048', '3304811', '33048a'])('the county %j is refused', (text) => expect(countyCodec.parse(text)).toBeNull())

it('an unknown word falls back', () => {
  expect(kindCodec.parse('unused')).toBeNull()
  expect(sortCodec.parse('name')).toBe('-area')
  expect(selectionCodec.parse('building:330481:1')).toBeNull()
  expect(hiddenCodec.parse('buildings,nonsense')).toEqual(['buildings'])
})

it('a whole state survives the address bar', () => {
  const state: MapState = {
    camera: { zoom: 14.25, lat: 30.512345, lon: 120.712345 },
    kind: 'supplied_not_used',
    county: '330481',
    q: '硖石',
    sort: 'plot_ratio',
    tab: 'approvals',
    life: 'determined',
    selection: { register: 'parcel', division: '330481', code: 'A:1' },
    hidden: ['zones'],
  }
  expect(readState(writeState(state))).toEqual(state)
})

it('the default state writes nothing and keeps the parameters of others', () => {
  expect(writeState(readState({}), { lang: 'en', kind: 'underused' })).toEqual({ lang: 'en' })
})
