import { expect, it } from 'vitest'
import { flippedSort, sortDirection } from './sorting'

it('a first click sorts largest first and a second the other way round', () => {
  expect(flippedSort('code', 'area')).toBe('-area')
  expect(flippedSort('-area', 'area')).toBe('area')
  expect(flippedSort('area', 'area')).toBe('-area')
})

it('codes have one order', () => {
  expect(flippedSort('code', 'code')).toBe('code')
})

it('only the sorted column says so', () => {
  expect(sortDirection('-area', 'area')).toBe('descending')
  expect(sortDirection('plot_ratio', 'plot_ratio')).toBe('ascending')
  expect(sortDirection('-area', 'plot_ratio')).toBe('none')
})
