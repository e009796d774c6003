/**
 * The shapes that the server's answers have; the contract with clients in types.
 *
 * @typedef {{id: string, name: string, email: string, email_verified: boolean, new_email?: string | null, language: 'ru' | 'en',
 *   theme: 'auto' | 'light' | 'dark', role: 'user' | 'admin', totp: boolean, created_at: string}} User
 * @typedef {{id: string, name: string | null}} Person
 * @typedef {'owner' | 'editor' | 'viewer' | 'guest'} Role
 * @typedef {{id: string, title: string, revision: number, epoch: string, role: Role, right: 'view' | 'tick' | 'edit',
 *   categories: Record<string, string[]>, archived: boolean, deleted_at: string | null, open: number, total: number,
 *   updated_at: string}} List
 * @typedef {{id: string, text: string, quantity: number | null, unit: string | null, note: string | null,
 *   category: string | null, price: number | null, picture: string | null, position: string, ticked: boolean,
 *   removed: boolean, added_by: string | null, ticked_by: string | null, updated_at: string}} Item
 * @typedef {Partial<Item>} Fields
 * @typedef {{revision: number, edit: string, by: string | null, at: string, items: Record<string, Fields>,
 *   list?: {title?: string, categories?: Record<string, string[]>}, kind?: string,
 *   person?: Person | null}} Change
 * @typedef {{list: List, items: Item[], people: Person[], whole: boolean, now: string}} Opened
 * @typedef {{list: string, revision: number, changes: Change[], people: Person[]}} ListChanged
 * @typedef {{type?: string, title: string, status: number, code: string, detail?: string,
 *   fields?: Record<string, string>, retry_after?: number, request_id?: string}} ProblemObject
 * @typedef {'add' | 'set' | 'tick' | 'remove' | 'restore' | 'rename' | 'arrange'} Kind
 * @typedef {{id: string, kind: Kind, at: string, seen: number, item?: string, items?: string[], text?: string,
 *   quantity?: number | null, unit?: string | null, note?: string | null, category?: string | null,
 *   price?: number | null, picture?: string | null, position?: string, ticked?: boolean, title?: string,
 *   shop?: string, categories?: string[]}} Edit
 * @typedef {{edit: string, status: 'applied' | 'duplicate' | 'superseded' | 'refused', revision: number | null,
 *   item?: string, error?: ProblemObject}} Result
 * @typedef {{revision: number, results: Result[]}} Edited
 */
export {};
