#include "threads.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

namespace flowerbed {
namespace {

/** A call of RunTasks, on its caller's stack and in the list while it may have work for others. */
struct Job {
  const void *argument;
  Task task;
  int64_t tasks;
  /** The next task that nobody has taken. */
  int64_t next = 0;
  /** Threads other than the caller's that are at it; only with the mutex does it change. */
  int helpers = 0;
  Job *following = nullptr;
};

int thread_count = 1;
int helpers_started = 0;
Job *jobs = nullptr;
uint64_t jobs_begun = 0;
int64_t scratch_failures = 0;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t work_came = PTHREAD_COND_INITIALIZER;
pthread_cond_t helper_left = PTHREAD_COND_INITIALIZER;

void Work(Job *job) {
  for (;;) {
    const int64_t index = __atomic_fetch_add(&job->next, 1, __ATOMIC_RELAXED);
    if (index >= job->tasks) return;
    job->task(job->argument, index);
  }
}

Job *JobWithWork() {
  for (Job *job = jobs; job; job = job->following)
    if (__atomic_load_n(&job->next, __ATOMIC_RELAXED) < job->tasks) return job;
  return nullptr;
}

/** Waking a thread takes longer than many an operation: who waits looks for a while whether it is over at once. */
constexpr int64_t kSpinNs = 50000;

int64_t Now() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/** Whether something became true while it was looked at. */
template <typename Test>
bool SpinUntil(const Test &test) {
  const int64_t end = Now() + kSpinNs;
  do {
    for (int i = 0; i < 50; i++) {
      if (test()) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  } while (Now() < end);
  return false;
}

void *WorkerMain(void *) {
  pthread_mutex_lock(&mutex);
  for (;;) {
    Job *job = JobWithWork();
    if (!job) {
      const uint64_t seen = jobs_begun;
      pthread_mutex_unlock(&mutex);
      const bool came = SpinUntil([&] { return __atomic_load_n(&jobs_begun, __ATOMIC_RELAXED) != seen; });
      pthread_mutex_lock(&mutex);
      if (!came && jobs_begun == seen) pthread_cond_wait(&work_came, &mutex);
      continue;
    }
    job->helpers++;
    pthread_mutex_unlock(&mutex);
    Work(job);
    pthread_mutex_lock(&mutex);
    // From zero on the job is no more.
    if (__atomic_sub_fetch(&job->helpers, 1, __ATOMIC_RELEASE) == 0) pthread_cond_broadcast(&helper_left);
  }
}

/** The mutex must be held. */
void StartHelpers() {
  for (; helpers_started < thread_count - 1; helpers_started++) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, WorkerMain, nullptr) != 0) return;
    pthread_detach(thread);
  }
}

}  // namespace

int Threads() { return thread_count; }

void SetThreads(int threads) { thread_count = threads < 1 ? 1 : threads; }

void RunTasks(int64_t tasks, const void *argument, Task task) {
  assert(tasks >= 0 && task);
  if (tasks <= 1 || thread_count == 1) {
    for (int64_t i = 0; i < tasks; i++) task(argument, i);
    return;
  }
  Job job{argument, task, tasks};
  pthread_mutex_lock(&mutex);
  StartHelpers();
  // Last in the list, so that helpers finish what was begun before.
  Job **end = &jobs;
  while (*end) end = &(*end)->following;
  *end = &job;
  __atomic_store_n(&jobs_begun, jobs_begun + 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&mutex);
  pthread_cond_broadcast(&work_came);
  Work(&job);
  pthread_mutex_lock(&mutex);
  for (Job **link = &jobs; *link; link = &(*link)->following) {
    if (*link != &job) continue;
    *link = job.following;
    break;
  }
  pthread_mutex_unlock(&mutex);
  const auto all_done = [&] { return __atomic_load_n(&job.helpers, __ATOMIC_ACQUIRE) == 0; };
  if (SpinUntil(all_done)) return;
  pthread_mutex_lock(&mutex);
  while (!all_done()) pthread_cond_wait(&helper_left, &mutex);
  pthread_mutex_unlock(&mutex);
}

int64_t Level2Bytes() {
  // Asked once: a virtual machine's host may have to answer.
  static const int64_t bytes = [] {
    const long told = sysconf(_SC_LEVEL2_CACHE_SIZE);
    return told > 0 ? static_cast<int64_t>(told) : int64_t{512} << 10;
  }();
  return bytes;
}

float *Scratch(ScratchSlot slot, int64_t floats) {
  assert(floats > 0);
  struct Kept {
    float *memory;
    int64_t floats;
  };
  static __thread Kept kept[5];
  Kept &one = kept[static_cast<int>(slot)];
  if (one.floats < floats) {
    free(one.memory);
    const size_t bytes = (static_cast<size_t>(floats) * sizeof(float) + 63) / 64 * 64;
    one.memory = static_cast<float *>(aligned_alloc(64, bytes));
    one.floats = one.memory ? floats : 0;
    if (!one.memory) __atomic_add_fetch(&scratch_failures, 1, __ATOMIC_RELAXED);
  }
  return one.memory;
}

int64_t ScratchFailures() { return __atomic_load_n(&scratch_failures, __ATOMIC_RELAXED); }

}  // namespace flowerbed
