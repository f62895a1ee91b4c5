import { expect, it } from 'vitest'
import { zhCN } from '@/i18n/zh-CN'
import { emptyReason } from './empty'

it('names every filter that excluded the records', () => {
  const reason = emptyReason({ kind: 'underused', countyName: '海宁市', q: '硖石' }, 3000, zhCN)
  expect(reason).toContain('类型“用而未尽”、范围“海宁市”、搜索“硖石”')
})

it('an empty register is no data and not none', () => {
  expect(emptyReason({ kind: 'underused', countyName: null, q: '' }, 0, zhCN)).toMatch(/^没有数据/)
})

it('no filter and no record of this kind is none and not no data', () => {
  const reason = emptyReason({ kind: null, countyName: null, q: '' }, 3000, zhCN)
  expect(reason).toMatch(/^没有：/)
  expect(reason).not.toContain('没有数据')
})
