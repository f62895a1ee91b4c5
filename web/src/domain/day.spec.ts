import { expect, it } from 'vitest'
import { dayOf, isNoDay } from './day'

it('a day is read in the forms that offices write', () => {
  for (const text of ['2026-06-30', ' 2026-6-30 ', '2026/6/30', '2026.06.30', '20260630', '2026年6月30日', '2026年06月30']) {
    expect(dayOf(text), text).toBe('2026-06-30')
  }
})

it('what is no day of the calendar is none', () => {
  for (const text of ['06/30/2026', '2026-02-29', '2026-13-01', '2026-06', '昨天', '20260631']) {
    expect(dayOf(text), text).toBeNull()
    expect(isNoDay(text)).toBe(true)
  }
  expect(isNoDay('  ')).toBe(false)
  expect(dayOf('2024-02-29')).toBe('2024-02-29')
})
