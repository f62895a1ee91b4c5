import { expect, it } from 'vitest'
import type { MappingProposal } from '@/api/intake'
import { bytesText, latestJob, mainFirst, missingKeys, standing, unconfirmed, unitsLike } from './intake'

const field = { field: 'documentary_area_m2', label: '证载面积', column: 'ZZMJ', unit: 'mu' }
const proposal = {
  fields: [field],
  missing_keys: [{ field: 'parcel_code', label: '宗地代码', remedy: '请选择' }],
  to_confirm: ['面积单位按亩'],
} as unknown as MappingProposal

it('an area can be in other units of area and in nothing else', () => {
  expect(unitsLike('mu')).toEqual(['m2', 'mu', 'hectare', 'sqft'])
  expect(unitsLike('yuan')).toContain('wan_yuan')
  expect(unitsLike('metre')).toEqual(['metre'])
})

it('a missing key blocks until it has a column', () => {
  expect(missingKeys(proposal, {})).toHaveLength(1)
  expect(missingKeys(proposal, { parcel_code: { column: null, unit: null } })).toHaveLength(1)
  expect(missingKeys(proposal, { parcel_code: { column: 'DM', unit: null } })).toEqual([])
})

it('a doubt blocks until it is ticked, and a choice wins over the proposal', () => {
  expect(unconfirmed(proposal, new Set())).toEqual(['面积单位按亩'])
  expect(unconfirmed(proposal, new Set(['面积单位按亩']))).toEqual([])
  expect(standing(proposal.fields[0]!, {})).toEqual({ column: 'ZZMJ', unit: 'mu' })
  expect(standing(proposal.fields[0]!, { documentary_area_m2: { column: 'MJ', unit: 'm2' } })).toEqual({ column: 'MJ', unit: 'm2' })
})

it('the latest job is the one asked for last', () => {
  const upload = { preview: { number: 3 }, commit: { number: 2 } } as never
  expect(latestJob(upload)).toEqual({ number: 3 })
  expect(latestJob(null)).toBeNull()
})

it('a loose Shapefile is sent by its .shp first', () => {
  const files = ['宗地.dbf', '宗地.SHP', '宗地.shx'].map((name) => new File(['1'], name))
  expect(mainFirst(files).map(({ name }) => name)).toEqual(['宗地.SHP', '宗地.dbf', '宗地.shx'])
})

it.each([[0, '0\u00a0B'], [1536, '1.5\u00a0KB'], [5 * 1024 ** 3, '5.0\u00a0GB']])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})
