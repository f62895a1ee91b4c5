// What a click in the legend does to the state of the page. Pure.
import type { Kind } from '@/api/types'
import type { MapLayer } from '@/domain/legend'
import type { MapState } from '@/url/state'

/** The switched-off layers after one of them was toggled. */
export function layerToggled(hidden: readonly MapLayer[], layer: MapLayer): MapLayer[] {
  return hidden.includes(layer) ? hidden.filter((other) => other !== layer) : [...hidden, layer]
}

/**
 * Listing one kind only: leftovers of approvals are their own list, the others filter the parcels.
 * A second click on the same kind lists everything again.
 */
export function kindChosen(
  { kind: now, tab }: Pick<MapState, 'kind' | 'tab'>,
  kind: Kind | 'undetermined',
): Pick<MapState, 'kind' | 'tab'> {
  if (kind === 'approved_not_supplied') {
    return tab === 'approvals' ? { kind: null, tab: 'parcels' } : { kind: null, tab: 'approvals' }
  }
  return { kind: now === kind && tab === 'parcels' ? null : kind, tab: 'parcels' }
}
