import { expect, it } from 'vitest'
import type { CrsDiagnosis, MappingProposal } from '@/api/intake'
import { bytesText, divisionChoice, furtherFields, latestJob, mainFirst, missingKeys, positionDoubt, standing, unconfirmed, unitsLike } from './intake'

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

it('a file without a known place is not tried, nor one with a shift that nobody decided about', () => {
  const shift = { label: '', option: '', crs: null, remedies: ['from-gcj02'], evidence: '', confidence: 'strong' } as const
  const at = (verdict: string, fixes: object[] = []) => ({ declared: null, read_as: null, verdict, explanation: '', fixes }) as CrsDiagnosis
  expect(positionDoubt(at('undeclared'), 'parcels', [])).toBe('undecided')
  expect(positionDoubt(at('refused'), 'parcels', [])).toBe('refused')
  expect(positionDoubt(at('in_city', [shift]), 'parcels', [])).toBe('shifted')
  expect(positionDoubt(at('in_city', [shift]), 'parcels', ['keep-position'])).toBeNull()
  expect(positionDoubt(at('in_city', [{ ...shift, confidence: 'weak' }]), 'parcels', [])).toBeNull()
  expect(positionDoubt(at('in_city', [shift]), 'divisions', [])).toBeNull()
  for (const verdict of ['in_city', 'no_geometry', 'partly_in_city', 'outside_city']) expect(positionDoubt(at(verdict), 'parcels', [])).toBeNull()
})

it('a field beyond the proposal is read once it was chosen', () => {
  const more = { ...proposal, other_fields: ['location', 'right_holder'].map((name) => ({ field: name, label: name, unit: null })) }
  expect(furtherFields(more, {}).left).toHaveLength(2)
  const { chosen, left } = furtherFields(more, { location: { column: null, unit: null } })
  expect([chosen.map(({ field: name }) => name), left.map(({ field: name }) => name)]).toEqual([['location'], ['right_holder']])
})

it('the division is a county for all rows, or a column', () => {
  expect(divisionChoice('=330402')).toEqual({ fixed: '330402' })
  expect(divisionChoice('|=县')).toEqual({ column: '=县' })
  expect(divisionChoice(null)).toBeNull()
})
