// Tabs of sample data and of real data are kept apart: a saved welcome text must not call real
// programs generated, nor the other way round.
export function namespacedStorage(namespace) {
  const prefix = `residency-graph:${namespace}:`;
  const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    get length() {
      return keys().length;
    },
    clear: () => keys().forEach((key) => localStorage.removeItem(key)),
    getItem: (key) => localStorage.getItem(prefix + key),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
  };
}
