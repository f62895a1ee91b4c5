// The three lists below the map, each asked only while it is shown: parcels, approvals with leftover ground, contracts without ground.
import { computed, watch } from 'vue'
import { type ListQuery, api } from '@/api/client'
import type { MapState } from '@/url/state'
import { usePaging } from './paging'
import { useRemote } from './remote'

const PAGE_SIZE = 50

/** What the list of parcels asks for. Only parameters that the route knows; the server refuses others. */
export function parcelQuery(state: MapState): ListQuery {
  return {
    kind: state.kind === 'undetermined' ? null : state.kind,
    outcome: state.kind === 'undetermined' ? 'undetermined' : null,
    county: state.county,
    q: state.q,
    sort: state.sort,
  }
}

/** What the list of flags asks for: those in one state, or every flag and whatever people decided about. */
export function findingQuery(state: MapState): ListQuery {
  return { kind: state.kind === 'undetermined' ? null : state.kind, county: state.county, state: state.life ?? 'any' }
}

/** The list that the state of the page asks for, with its pages. */
export function useLists(state: MapState) {
  const paging = usePaging(PAGE_SIZE)
  watch(() => [state.kind, state.county, state.q, state.sort, state.tab, state.life], paging.reset)

  const filters = () => [state.kind, state.county, state.q, state.sort, state.tab, state.life, paging.cursor.value]
  const page = () => ({ limit: PAGE_SIZE, cursor: paging.cursor.value })

  const parcels = useRemote(
    (signal) => (state.tab === 'parcels' ? api.parcels({ ...parcelQuery(state), ...page() }, signal) : null),
    filters,
  )
  const findings = useRemote(
    (signal) => (state.tab === 'findings' ? api.findings({ ...findingQuery(state), ...page() }, signal) : null),
    filters,
  )
  const approvals = useRemote(
    (signal) => (state.tab === 'approvals' ? api.approvals({ county: state.county, ...page() }, signal) : null),
    filters,
  )
  const supplies = useRemote(
    (signal) =>
      state.tab === 'supplies' ? api.supplies({ without_geometry: true, county: state.county, ...page() }, signal) : null,
    filters,
  )
  const shown = computed(() => ({ parcels, findings, approvals, supplies })[state.tab])
  return { parcels, findings, approvals, supplies, shown, paging }
}

export type Lists = ReturnType<typeof useLists>
