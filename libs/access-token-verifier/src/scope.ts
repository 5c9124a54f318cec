/** Whether a granted scope string allows `needed`. `readwrite` includes `read`. */
export function scopeAllows(granted: string, needed: 'read' | 'readwrite'): boolean {
  const scopes = granted.split(' ');
  return scopes.includes(needed) || (needed === 'read' && scopes.includes('readwrite'));
}
