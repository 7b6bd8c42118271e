#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define GATHERED (16u << 10)        /* bytes of answers that are sent at once */
#define SMALL_FILE (4u << 10)       /* bytes that are sent with the head of their answer */
#define MOST_OF_A_FILE (256u << 10) /* bytes before other connections have their turn */

/* One thread and one request at a time: these serve all connections. */
static char input[sizeof(((struct connection *)0)->input)];
static char output[GATHERED];
static size_t gathered;

struct connection *connection_open(int socket)
{
    struct connection *connection = malloc(sizeof(*connection));

    if (connection != NULL) {
        memset(connection, 0, offsetof(struct connection, input));
        connection->socket = socket;
        connection->file = -1;
    }
    return connection;
}

void connection_close(struct connection *connection)
{
    if (connection->file >= 0)
        close(connection->file);
    close(connection->socket);
    free(connection->unsent);
    free(connection);
}

/* Keeps what could not be sent. False if there is no memory for it. */
static bool keep(struct connection *connection, const char *bytes, size_t length)
{
    connection->unsent = malloc(length);
    if (connection->unsent == NULL)
        return false;
    memcpy(connection->unsent, bytes, length);
    connection->unsent_start = 0;
    connection->unsent_length = length;
    connection->writing = true;
    return true;
}

/* Sends the gathered answers, or keeps the rest of them. False: the connection is over. */
static bool flush(struct connection *connection, bool more)
{
    size_t length = gathered;
    ssize_t sent = 0;

    gathered = 0;
    if (length == 0)
        return true;
    sent = send(connection->socket, output, length, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (sent < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (sent < 0)
        sent = 0;
    return (size_t)sent == length || keep(connection, output + sent, length - (size_t)sent);
}

/* Sends what is left of the file, as far as there is room. False: the connection is over. */
static bool send_file(struct connection *connection)
{
    uint64_t turn = MOST_OF_A_FILE;

    while (connection->file_left > 0 && turn > 0) {
        uint64_t most = connection->file_left < turn ? connection->file_left : turn;
        ssize_t sent = sendfile(connection->socket, connection->file, &connection->offset, (size_t)most);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            break;
        if (sent <= 0) /* an error, or the file has become shorter than was promised */
            return false;
        connection->file_left -= (uint64_t)sent;
        turn -= (uint64_t)sent;
    }
    connection->writing = connection->file_left > 0;
    if (!connection->writing) {
        close(connection->file);
        connection->file = -1;
    }
    return true;
}

/* Goes on with what is to be sent. False: the connection is over. */
static bool send_rest(struct connection *connection, time_t now)
{
    connection->since = now; /* there is room, or this would not be called */
    while (connection->unsent != NULL) {
        ssize_t sent = send(connection->socket, connection->unsent + connection->unsent_start,
                            connection->unsent_length - connection->unsent_start, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        connection->unsent_start += (size_t)sent;
        if (connection->unsent_start == connection->unsent_length) {
            free(connection->unsent);
            connection->unsent = NULL;
        }
    }
    connection->writing = false;
    return connection->file < 0 || send_file(connection);
}

/* Puts what is sent of a small file behind its head, and closes it. False: the file was not what it seemed.
 */
static bool give_small_file(const struct answer *answer)
{
    size_t length = (size_t)answer->length;
    ssize_t got = pread(answer->file, output + gathered, length, answer->offset);

    close(answer->file);
    gathered += length;
    return got == (ssize_t)length;
}

/* Puts an answer behind the others. False: the connection is over. */
static bool give(struct connection *connection, const struct answer *answer)
{
    size_t body = answer->text != NULL && !answer->head_only ? (size_t)answer->length : 0;

    if (gathered + ANSWER_HEAD_MAX + body > sizeof(output) && !flush(connection, true))
        return false;
    if (connection->unsent != NULL || ANSWER_HEAD_MAX + body > sizeof(output))
        return false; /* the caller gives no answer while one waits, and no text is that long */
    gathered += answer_head(answer, output + gathered);
    if (body > 0)
        memcpy(output + gathered, answer->text, body);
    gathered += body;
    connection->closing = answer->close;
    if (answer->file < 0)
        return true;
    if (answer->head_only || answer->length == 0) {
        close(answer->file);
        return true;
    }
    if (answer->length <= SMALL_FILE && answer->length <= sizeof(output) - gathered)
        return give_small_file(answer);
    connection->file = answer->file;
    connection->offset = answer->offset;
    connection->file_left = answer->length;
    if (!flush(connection, true))
        return false;
    return connection->writing || send_file(connection);
}

/* Answers the requests in `length` bytes of `input`; keeps what is left over. False: the connection is over.
 */
static bool answer_requests(struct connection *connection, size_t length, time_t now)
{
    static struct http_request request;
    size_t at = 0;

    while (at < length && !connection->closing && !connection->writing) {
        enum http_read found;
        struct answer answer;

        if (connection->skip > 0) {
            size_t skipped = connection->skip < length - at ? (size_t)connection->skip : length - at;
            connection->skip -= skipped;
            at += skipped;
            continue;
        }
        /* A full buffer of answers goes out first, so that one that cannot is the only one to be kept. */
        if (gathered + 2 * ANSWER_HEAD_MAX > sizeof(output)) {
            if (!flush(connection, false))
                return false;
            continue;
        }
        found = http_read_request(input + at, length - at, &request);
        if (found == HTTP_INCOMPLETE)
            break;
        connection->since = now;
        if (found == HTTP_REFUSED) {
            answer = answer_refusal(request.refusal);
            connection->draining = true;
            at = length;
        } else {
            answer = answer_to(&request);
            at += request.head_length;
            connection->skip = request.body_length;
        }
        if (!give(connection, &answer))
            return false;
    }
    if (connection->closing)
        at = length;
    connection->used = length - at;
    memcpy(connection->input, input + at, connection->used);
    return flush(connection, false);
}

/* Reads once, and answers. False: the connection is over. */
static bool receive(struct connection *connection, time_t now)
{
    ssize_t got;

    memcpy(input, connection->input, connection->used);
    /* No more than can be kept where the first answer has to wait. A whole buffer is a head or refused. */
    got = recv(connection->socket, input + connection->used, sizeof(connection->input) - connection->used, 0);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        return false;
    if (connection->closing)
        return true; /* thrown away */
    return answer_requests(connection, connection->used + (size_t)got, now);
}

bool connection_event(struct connection *connection, time_t now)
{
    bool alive;

    gathered = 0;
    if (connection->writing) {
        alive = send_rest(connection, now);
        /* What was read before the answer had to wait is next. */
        if (alive && !connection->writing && !connection->closing && connection->used > 0) {
            size_t length = connection->used;
            memcpy(input, connection->input, length);
            connection->used = 0;
            alive = answer_requests(connection, length, now);
        }
    } else {
        alive = receive(connection, now);
    }
    if (!alive || !connection->closing || connection->writing)
        return alive;
    /* Closing while input comes would reset the connection and with it the answer that is still on its way:
     * the client is heard out, until it closes, too, or its time is up (RFC 9112, 9.6). */
    if (!connection->draining)
        return false;
    if (!connection->shut && shutdown(connection->socket, SHUT_WR) != 0)
        return false;
    connection->shut = true;
    return true;
}
