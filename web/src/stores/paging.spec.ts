import { expect, it } from 'vitest'
import { usePaging } from './paging'

it('walks forward and back over the same cursors', () => {
  const paging = usePaging(50)
  expect(paging.cursor.value).toBeNull()
  paging.forward('a')
  paging.forward('b')
  expect([paging.cursor.value, paging.page.value]).toEqual(['b', 3])
  paging.back()
  expect(paging.cursor.value).toBe('a')
  paging.back()
  paging.back()
  expect([paging.cursor.value, paging.page.value]).toEqual([null, 1])
})

it('a new question starts at the first page', () => {
  const paging = usePaging(50)
  paging.forward('a')
  paging.reset()
  expect(paging.page.value).toBe(1)
})

it('an empty list has one page and 101 records of 50 have three', () => {
  const paging = usePaging(50)
  expect(paging.pagesOf(0)).toBe(1)
  expect(paging.pagesOf(101)).toBe(3)
})
