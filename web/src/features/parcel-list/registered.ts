// How many records a list could show with no filter at all: tells "none of this kind" from "no data".
import type { Summary } from '@/api/types'
import type { ListTab } from '@/url/params'

/** Records behind the list; one when the summary is not there yet, so that nothing is called empty too early. */
export function registeredCount(summary: Summary | null, tab: ListTab): number {
  if (!summary) return 1
  if (tab === 'supplies') return summary.layers.find(({ id }) => id === 'supplies')?.count ?? 0
  if (tab === 'approvals') return summary.layers.find(({ id }) => id === 'approvals')?.count ?? summary.totals.parcels
  return summary.totals.parcels
}
