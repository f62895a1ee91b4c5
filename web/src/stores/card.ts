// The card of what is selected: a parcel or an approval, asked again whenever the selection changes.
import { api } from '@/api/client'
import type { MapState } from '@/url/state'
import { useRemote } from './remote'

export function useCards(state: MapState) {
  const key = () => state.selection && `${state.selection.register}:${state.selection.division}:${state.selection.code}`
  const parcel = useRemote((signal) => {
    const chosen = state.selection
    return chosen?.register === 'parcel' ? api.parcel(chosen.division, chosen.code, signal) : null
  }, key)
  const approval = useRemote((signal) => {
    const chosen = state.selection
    return chosen?.register === 'approval' ? api.approval(chosen.division, chosen.code, signal) : null
  }, key)
  return { parcel, approval }
}
