import { expect, it } from 'vitest'
import { isBeyondEditing, withColumn, withDivision } from './mapping-text'

const TEXT = `# 宗地
kind = "parcels"

[columns]
parcel_code = "ZDDM" # 代码
documentary_area_m2 = { column = "ZZMJ", unit = "mu", sentinels = ["0"] }
location = ["ZL", "坐落"]

[constants]
location = "不动"
`

it('changes only the column that was chosen', () => {
  const changed = withColumn(TEXT, 'location', { column: '坐落"地', unit: null })
  expect(changed.split('\n')[6]).toBe('location = "坐落\\"地"')
  expect(changed.split('\n').filter((line, at) => line !== TEXT.split('\n')[at])).toHaveLength(1)
})

it('keeps what else a field says when its unit changes', () => {
  expect(withColumn(TEXT, 'documentary_area_m2', { column: '面积', unit: 'm2' })).toContain(
    'documentary_area_m2 = { column = "面积", unit = "m2", sentinels = ["0"] }',
  )
})

it('adds a field, takes one out, and makes the table when there is none', () => {
  expect(withColumn(TEXT, 'right_holder', { column: 'QLR', unit: null })).toContain('[columns]\nright_holder = "QLR"\n')
  const out = withColumn(TEXT, 'location', { column: null, unit: null })
  expect(out).not.toContain('"坐落"')
  expect(out).toContain('location = "不动"')
  expect(withColumn('kind = "parcels"', 'a', { column: 'b', unit: null })).toBe('kind = "parcels"\n\n[columns]\na = "b"\n')
})

it('says which fields must be edited as text', () => {
  expect(isBeyondEditing('[columns.location]\ncolumn = "a"', 'location')).toBe(true)
  expect(isBeyondEditing(TEXT, 'location')).toBe(false)
})

it('the division stands before the tables, once', () => {
  const fixed = withDivision(TEXT, { fixed: '330402' })
  expect(fixed.split('\n').slice(0, 4)).toEqual(['# 宗地', 'kind = "parcels"', 'division = { fixed = "330402" }', ''])
  const column = withDivision(fixed, { column: '县"区' })
  expect(column.match(/^division/gm)).toHaveLength(1)
  expect(column).toContain('division = { column = "县\\"区" }')
  expect(withDivision(column, null)).toBe(TEXT)
})
