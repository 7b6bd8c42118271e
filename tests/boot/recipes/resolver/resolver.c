/*
 * Asks for the names on its command line, one line each: the canonical name and the addresses in the order of
 * their text (which family goes first depends on routes), or the error. A name that begins with 4 or 6 and a
 * colon is asked for in that family alone; one that is an address is asked for its name.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MOST 64

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_addresses(const struct addrinfo *found)
{
    char *texts[MOST];
    int count = 0;

    printf("%s", found->ai_canonname != NULL ? found->ai_canonname : "(no name)");
    do { /* there is one at least */
        char text[INET6_ADDRSTRLEN];

        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
        texts[count++] = strdup(text);
        found = found->ai_next;
    } while (found != NULL && count < MOST);
    qsort(texts, (size_t)count, sizeof(texts[0]), by_text);
    for (int i = 0; i < count; i++) {
        printf(" %s", texts[i]);
        free(texts[i]);
    }
}

static int find_addresses(const char *name)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME}, *found;
    int error;

    if (name[0] != '\0' && name[1] == ':') {
        want.ai_family = name[0] == '4' ? AF_INET : AF_INET6;
        name += 2;
    }
    error = getaddrinfo(name, NULL, &want, &found);
    if (error == 0) {
        print_addresses(found);
        freeaddrinfo(found);
    }
    return error;
}

static int find_name(const char *address)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    char name[256];
    int error;

    inet_pton(AF_INET, address, &at.sin_addr);
    error = getnameinfo((struct sockaddr *)&at, sizeof(at), name, sizeof(name), NULL, 0, NI_NAMEREQD);
    if (error == 0)
        printf("%s", name);
    return error;
}

/* Adds a line to the file that names the servers. */
static void configure(const char *line)
{
    FILE *file = fopen("/etc/resolv.conf", "a");

    if (file == NULL)
        return;
    fprintf(file, "%s\n", line);
    fclose(file);
}

static void print_configuration(void)
{
    FILE *file = fopen("/etc/resolv.conf", "r");
    char line[100];

    if (file == NULL)
        return;
    while (fgets(line, sizeof(line), file) != NULL)
        printf("%s", line);
    fclose(file);
}

int main(int count, char **words)
{
    print_configuration();
    configure("search test");
    configure("options timeout:5 attempts:10"); /* again after 0.5 s, and given up after 5 s */
    for (int i = 1; i < count; i++) {
        struct in_addr address;
        int error;

        if (strcmp(words[i], "failing.test") == 0) /* from here on all will be in vain */
            configure("options timeout:1 attempts:2");
        printf("%s: ", words[i]);
        error = inet_pton(AF_INET, words[i], &address) == 1 ? find_name(words[i]) : find_addresses(words[i]);
        printf("%s\n", error != 0 ? gai_strerror(error) : "");
    }
    printf("done\n");
    return 0;
}
