// The download of what is listed: only when the collection knows every filter that is set, else it would hold other parcels.
import { collectionHref } from '@/api/client'
import type { MapState } from '@/url/state'

/** The address of the listed parcels; null when nothing is filtered or a filter is one that collections do not know. */
export function listedCollection({ tab, kind, county, q }: Pick<MapState, 'tab' | 'kind' | 'county' | 'q'>): string | null {
  if (tab !== 'parcels' || q !== '' || kind === 'undetermined') return null
  return kind === null && county === null ? null : collectionHref('parcels', { kind, county })
}
