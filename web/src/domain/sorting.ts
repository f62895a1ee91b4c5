// The order of the list of parcels as the address bar writes it: a column, with a minus for "largest first".
import type { Sort } from '@/url/params'

type Column = 'area' | 'plot_ratio' | 'code'

/** The order after a click on a column's head: largest first for numbers, then the other way round. Codes have one order. */
export function flippedSort(sort: Sort, column: Column): Sort {
  if (column === 'code') return 'code'
  return sort === `-${column}` ? column : `-${column}`
}

/** What a column's head tells a screen reader. */
export function sortDirection(sort: Sort, column: Column): 'ascending' | 'descending' | 'none' {
  if (sort === column) return 'ascending'
  return sort === `-${column}` ? 'descending' : 'none'
}
