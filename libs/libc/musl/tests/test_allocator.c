// instead:
#include "allocator_model.h"

#include <pthread.h>

#define STEPS 20000
#define THREADS 4

static void random_bytes(unsigned seed, uint8_t *bytes, size_t count)
{
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;

    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
}

static struct model models[THREADS + 1];

static void operate(unsigned seed, struct model *model)
{
    uint8_t *bytes = malloc((size_t)5 * STEPS);

    random_bytes(seed, bytes, (size_t)5 * STEPS);
    model_run(model, bytes, (size_t)5 * STEPS);
    free(bytes);
}

/* With nothing in use, what is left are spans that are kept, in as few regions as they need, and a spare
 * region. */
static void nothing_is_left(void)
{
    size_t pages = 0, count;

    for (unsigned i = 0; i < CLASSES; i++)
        for (const struct span *span = at_hand[i]; span != &nothing; span = span->next) {
            assert(span->used == 0 && span->next == &nothing);
            pages += span->pages;
        }
    count = mapped_bytes / REGION_BYTES;
    assert(mapped_bytes % REGION_BYTES == 0);
    if (spare != NULL) {
        assert(spare->free == ~(uint64_t)DESCRIPTION);
        count--;
    }
    for (const struct region *at = regions; at != NULL; at = at->next) {
        pages -= 63 - (unsigned)__builtin_popcountll(at->free);
        count--;
    }
    assert(pages == 0 && count == 0);
}

static void sizes(void)
{
    for (size_t bytes = 0; bytes <= SMALL_MAX; bytes++) {
        unsigned class = class_of(bytes);

        assert(class < CLASSES && size_of(class) >= bytes);
        assert(class == 0 || size_of(class - 1) < bytes);
        assert(size_of(class) % 16 == 0 && size_of(class) <= 128 + bytes + bytes / 4);
    }
    for (unsigned class = 0; class < CLASSES; class ++) {
        unsigned pages = pages_of(size_of(class));

        assert(pages <= 8 && pages * PAGE_BYTES / size_of(class) >= 8);
        assert(pages * PAGE_BYTES % size_of(class) <= pages * PAGE_BYTES / 8);
    }
}

static void limits(void)
{
    void *object;

    errno = 0;
    object = fast_malloc(SIZE_MAX);
    assert(object == NULL && errno == ENOMEM);
    object = fast_malloc(PTRDIFF_MAX);
    assert(object == NULL && fast_calloc(SIZE_MAX / 2, 3) == NULL);
    assert(fast_calloc((size_t)1 << 33, (size_t)1 << 33) == NULL);
    assert(fast_aligned_alloc(3, 16) == NULL && errno == EINVAL);
    assert(fast_aligned_alloc(4096, SIZE_MAX - 100) == NULL &&
           fast_aligned_alloc((size_t)1 << 62, 1) == NULL);
    object = fast_malloc(0);
    assert(object != NULL && fast_usable_size(object) == 16 && fast_usable_size(NULL) == 0);
    object = fast_realloc(object, 0);
    assert(object != NULL);
    fast_free(object);
    fast_free(NULL);
    object = fast_realloc(NULL, 10);
    assert(object != NULL && fast_realloc(object, SIZE_MAX - 10) == NULL);
    fast_free(object);
    errno = 77;
    fast_free(fast_malloc(1 << 20));
    assert(errno == 77);
    nothing_is_left();
}

/* An object that grows for long is moved without a copy of all of it, and keeps what it holds. */
static void growing(void)
{
    unsigned char *object = fast_malloc(1);
    size_t size = 1;

    *object = 1;
    for (unsigned i = 0; i < 300; i++) {
        size_t more = size + size / 8 + 1;

        if (more > (size_t)64 << 20)
            break;
        object = fast_realloc(object, more);
        assert(object != NULL);
        assert(object[0] == 1 && object[size - 1] == (unsigned char)(size == 1 ? 1 : size * 7));
        object[more - 1] = (unsigned char)(more * 7);
        size = more;
    }
    while (size > 100) {
        size -= size / 3;
        object = fast_realloc(object, size);
        assert(object != NULL && object[0] == 1);
    }
    fast_free(object);
    nothing_is_left();
}

/* Spans that become full and free again, at their limits, in both orders. */
static void many(void)
{
    static void *objects[5000];

    for (unsigned round = 0; round < 6; round++) {
        size_t size = (size_t[]){16, 48, 200, 1024, 3000, 4096}[round];

        for (unsigned i = 0; i < 5000; i++) {
            objects[i] = fast_malloc(size);
            memset(objects[i], (int)i, size);
        }
        for (unsigned i = 0; i < 5000; i++)
            assert(*(unsigned char *)objects[i] == (unsigned char)i &&
                   ((unsigned char *)objects[i])[size - 1] == (unsigned char)i);
        for (unsigned i = 0; i < 5000; i++)
            fast_free(objects[round % 2 ? i : (i * 7919u) % 5000]);
        nothing_is_left();
    }
}

static bool crashes(void *object)
{
    jmp_buf place;
    bool crashed = true;

    crash = &place;
    if (setjmp(place) == 0) {
        fast_free(object);
        crashed = false;
    }
    crash = NULL;
    lock[0] = 0;
    return crashed;
}

static void mistakes(void)
{
    static _Alignas(REGION_BYTES) unsigned char foreign[2 * REGION_BYTES];
    void *object = fast_malloc(24), *large = fast_malloc(3 * PAGE_BYTES);

    void *freed[] = {object, object, large, large, foreign + 64};

    for (unsigned i = 0; i < sizeof freed / sizeof freed[0]; i++) {
        bool crashed = crashes(freed[i]);

        assert(crashed == (i == 1 || i >= 3));
    }
    nothing_is_left();
}

static void *thread(void *argument)
{
    operate(100 + (unsigned)(uintptr_t)argument, &models[(uintptr_t)argument]);
    return NULL;
}

/* Each gives back what another one took. */
static void *volatile handed[256];

static void *hand_around(void *argument)
{
    uint64_t state = (uintptr_t)argument + 1;

    for (unsigned i = 0; i < 60000; i++) {
        size_t size;
        unsigned char *object, *other;

        state = state * 6364136223846793005u + 1442695040888963407u;
        size = 2 + (state >> 40) % (i % 64 == 0 ? 20000 : 300);
        object = fast_malloc(size);
        assert(object != NULL);
        object[0] = object[size - 1] = (unsigned char)(state >> 33);
        if (size > 9)
            memcpy(object + 1, &size, sizeof size);
        other = __atomic_exchange_n(&handed[state >> 56], object, __ATOMIC_ACQ_REL);
        if (other != NULL && fast_usable_size(other) > 16) {
            memcpy(&size, other + 1, sizeof size);
            assert(size <= fast_usable_size(other) && other[0] == other[size - 1]);
        }
        fast_free(other);
    }
    return NULL;
}

static void threads(void)
{
    pthread_t started[THREADS];

    libc.need_locks = 1;
    for (uintptr_t i = 0; i < THREADS; i++)
        assert(pthread_create(&started[i], NULL, thread, (void *)i) == 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert(pthread_join(started[i], NULL) == 0);
    nothing_is_left();
    for (uintptr_t i = 0; i < THREADS; i++)
        assert(pthread_create(&started[i], NULL, hand_around, (void *)i) == 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert(pthread_join(started[i], NULL) == 0);
    for (unsigned i = 0; i < 256; i++)
        fast_free(handed[i]);
    nothing_is_left();
    assert(lock[0] == 0);
    fast_atfork(-1);
    assert(lock[0] == 1);
    fast_atfork(0);
    assert(lock[0] == 0);
    fast_atfork(-1);
    fast_atfork(1);
    assert(lock[0] == 0);
    libc.need_locks = 0;
}

int main(void)
{
    sizes();
    limits();
    growing();
    many();
    for (unsigned seed = 0; seed < 6; seed++) {
        operate(seed, &models[THREADS]);
        nothing_is_left();
    }
    for (unsigned seed = 10; seed < 14; seed++) {
        mappings_until_fail = 2 + (int)seed * 5;
        operate(seed, &models[THREADS]);
        mappings_until_fail = 0;
    }
    nothing_is_left();
    mistakes();
    threads();
    return 0;
}
