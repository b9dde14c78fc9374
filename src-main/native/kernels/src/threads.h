// Divides work among a few threads that live as long as the process, and says what each has to work with.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace flowerbed {

/** How many threads work on one operation, the calling one included. */
int Threads();
void SetThreads(int threads);

using Task = void (*)(const void *argument, int64_t index);
void RunTasks(int64_t tasks, const void *argument, Task task);

/** Calls work(i) for every i below `tasks`, in any order and at the same time; returns when all are done. */
template <typename Work>
void Parallel(int64_t tasks, const Work &work) {
  RunTasks(tasks, &work, [](const void *argument, int64_t index) { (*static_cast<const Work *>(argument))(index); });
}

/** Size of the cache that each thread has for itself. */
int64_t Level2Bytes();

/** Memory of this thread that is kept from call to call, uninitialised; null, and counted, when there is none. */
enum class ScratchSlot { kWeights, kImage, kSums, kGradient, kFactors };
float *Scratch(ScratchSlot slot, int64_t floats);
/** How often Scratch has found no memory, in all threads. */
int64_t ScratchFailures();

}  // namespace flowerbed
