/**
 * Where the last post of this thread went: the address of the word that it raised, 0 before the
 * first. Who is interrupted will most likely answer, and post there again: a receiver that has taken
 * an interrupt sends for that line, while the answer is on its way through JavaScript
 * (native/js/last_post.h). No more than a hint: nothing is read or written at the address.
 */
export const lastPost = new Float64Array(1);
