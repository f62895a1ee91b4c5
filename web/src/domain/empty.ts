// Why a list is empty: because a filter excluded everything, because there are none of that kind, or because nothing was loaded.
// "没有" and "没有数据" are different answers, and a clerk acts differently on each.
import type { Texts } from '@/i18n/zh-CN'
import type { Kind } from '@/api/types'

export interface ListFilters {
  kind: Kind | 'undetermined' | null
  countyName: string | null
  q: string
  /** The label of the state of the listed flags. */
  stateName?: string | null
}

/** The sentence for an empty list. `registered` is how many records the register holds with no filter at all. */
export function emptyReason(filters: ListFilters, registered: number, texts: Texts): string {
  if (registered === 0) return texts.list.noneAtAll
  const named: string[] = []
  if (filters.kind !== null) {
    named.push(
      texts.list.filterKind(filters.kind === 'undetermined' ? texts.list.undeterminedOnly : texts.kinds[filters.kind]),
    )
  }
  if (filters.stateName) named.push(texts.list.filterState(filters.stateName))
  if (filters.countyName !== null) named.push(texts.list.filterCounty(filters.countyName))
  if (filters.q !== '') named.push(texts.list.filterText(filters.q))
  return named.length === 0 ? texts.list.noneOfKind : texts.list.none(named.join(texts.list.and))
}
