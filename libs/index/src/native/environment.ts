/**
 * What goes into the environment of a process that searches an HNSW index: glibc then asks for huge pages where it
 * allocates much at once. A search jumps about in all of the index, and with small pages a fifth of its time goes to
 * finding the memory (docs/decisions/0010-index.md). Read when a process starts, so that it cannot set it for itself;
 * other C libraries pass it over.
 */
export const SEARCH_ENVIRONMENT = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;
