// The words of the page in the language of the reader. Chinese is in the first bundle; English is fetched when chosen.
import { type ShallowRef, shallowRef } from 'vue'
import { type Texts, zhCN } from './zh-CN'

export type Language = 'zh-CN' | 'en'

const current = shallowRef<Texts>(zhCN)

/** The texts of the chosen language; changes when the language does. */
export function useTexts(): Readonly<ShallowRef<Texts>> {
  return current
}

/** Switches the page to a language and tells the document, on which line breaking and glyph variants depend. */
export async function chooseLanguage(language: Language): Promise<void> {
  current.value = language === 'en' ? (await import('./en')).en : zhCN
  document.documentElement.lang = language
}
