/** The mark of Thaw: a drop. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="currentColor" />
    <path d="M16 5c4.6 5.6 7.4 9.7 7.4 13.4A7.4 7.4 0 0 1 8.6 18.4C8.6 14.7 11.4 10.6 16 5Z" class="mark-drop" />
    <path d="M12.4 18.6a3.7 3.7 0 0 0 3.6 3.9" class="mark-shine" />
  </svg>
);
