/**
 * The address of the word that the last post of this thread raised; 0 before the first. A thread
 * that receives an interrupt usually answers, with a post to the same place. So a receiver that has
 * taken an interrupt prefetches that cache line while JavaScript works on the answer
 * (native/js/last_post.h). The address is only a hint: nothing reads or writes there.
 */
export const lastPost = new Float64Array(1);
