// All parameters together: an address bar's query ↔ the state of the map page. Parameters of others are kept as they are.
import type { Codec } from './codec'
import {
  type Camera,
  type ListTab,
  type Selection,
  type Sort,
  cameraCodec,
  countyCodec,
  hiddenCodec,
  kindCodec,
  lifeCodec,
  searchCodec,
  selectionCodec,
  sortCodec,
  tabCodec,
} from './params'
import type { MapLayer } from '@/domain/legend'
import type { Kind, LifeState } from '@/api/types'

export interface MapState {
  camera: Camera | null
  kind: Kind | 'undetermined' | null
  county: string | null
  q: string
  sort: Sort
  tab: ListTab
  /** Where the listed flags stand; null is anywhere. */
  life: LifeState | null
  selection: Selection | null
  hidden: readonly MapLayer[]
}

/** A query as the router gives it. */
export type Query = Record<string, string | null | (string | null)[] | undefined>

const CODECS: { [field in keyof MapState]: Codec<MapState[field]> } = {
  camera: cameraCodec,
  kind: kindCodec,
  county: countyCodec,
  q: searchCodec,
  sort: sortCodec,
  tab: tabCodec,
  life: lifeCodec,
  selection: selectionCodec,
  hidden: hiddenCodec,
}

/** The value of one parameter in a query. */
export function readParam<T>(query: Query, codec: Codec<T>): T {
  const raw = query[codec.name]
  const text = Array.isArray(raw) ? raw[0] : raw
  return text === null || text === undefined ? codec.fallback : codec.parse(text)
}

/** Query → state. */
export function readState(query: Query): MapState {
  return {
    camera: readParam(query, CODECS.camera),
    kind: readParam(query, CODECS.kind),
    county: readParam(query, CODECS.county),
    q: readParam(query, CODECS.q),
    sort: readParam(query, CODECS.sort),
    tab: readParam(query, CODECS.tab),
    life: readParam(query, CODECS.life),
    selection: readParam(query, CODECS.selection),
    hidden: readParam(query, CODECS.hidden),
  }
}

/** State → query, laid over the parameters in `others` that are not ours. */
export function writeState(state: MapState, others: Query = {}): Record<string, string> {
  const query: Record<string, string> = {}
  const ours = new Set(Object.values(CODECS).map((codec) => codec.name))
  for (const [name, value] of Object.entries(others)) {
    if (!ours.has(name) && typeof value === 'string') query[name] = value
  }
  const put = <F extends keyof MapState>(field: F) => {
    const text = CODECS[field].print(state[field])
    if (text !== null) query[CODECS[field].name] = text
  }
  for (const field of Object.keys(CODECS) as (keyof MapState)[]) put(field)
  return query
}
