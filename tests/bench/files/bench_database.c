/*
 * SQLite, as a program uses it that wants its transactions to last: `synchronous` is FULL, which is its
 * default.
 */
#include "bench_files.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ROWS 20000u

static sqlite3 *database;

static void run(const char *words)
{
    if (sqlite3_exec(database, words, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(database));
}

static sqlite3_stmt *prepare(const char *words)
{
    sqlite3_stmt *statement;

    if (sqlite3_prepare_v2(database, words, -1, &statement, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(database));
    return statement;
}

static void insert(sqlite3_stmt *statement)
{
    char text[80];

    sqlite3_bind_int(statement, 1, (int)any_number(1u << 20));
    snprintf(text, sizeof(text), "%08x is what this row has to say, and no more than that",
             any_number(1u << 24));
    sqlite3_bind_text(statement, 2, text, -1, SQLITE_TRANSIENT);
    if (sqlite3_step(statement) != SQLITE_DONE)
        fail(sqlite3_errmsg(database));
    sqlite3_reset(statement);
}

static void insert_one_by_one(const char *name, unsigned count)
{
    sqlite3_stmt *statement = prepare("insert into facts (number, text) values (?, ?)");

    begin(name);
    for (unsigned i = 0; i < count; i++)
        insert(statement);
    end(count);
    sqlite3_finalize(statement);
}

static void insert_many(void)
{
    sqlite3_stmt *statement = prepare("insert into facts (number, text) values (?, ?)");

    begin("sqlite_insert_1000");
    for (unsigned i = 0; i < ROWS / 1000; i++) {
        run("begin");
        for (unsigned n = 0; n < 1000; n++)
            insert(statement);
        run("commit");
    }
    end(ROWS);
    sqlite3_finalize(statement);
}

static void select_one(const char *name, const char *words, unsigned limit, unsigned count)
{
    sqlite3_stmt *statement = prepare(words);

    begin(name);
    for (unsigned i = 0; i < count; i++) {
        int result;

        sqlite3_bind_int(statement, 1, (int)any_number(limit));
        while ((result = sqlite3_step(statement)) == SQLITE_ROW)
            (void)sqlite3_column_text(statement, 0);
        if (result != SQLITE_DONE)
            fail(sqlite3_errmsg(database));
        sqlite3_reset(statement);
    }
    end(count);
    sqlite3_finalize(statement);
}

void bench_database(void)
{
    if (sqlite3_open("/data/database", &database) != SQLITE_OK)
        fail("/data/database");
    run("create table facts (id integer primary key, number integer, text text)");
    run("create index numbers on facts (number)");
    run("pragma synchronous = full");
    insert_one_by_one("sqlite_insert", 100);
    insert_many();
    select_one("sqlite_select_key", "select text from facts where id = ?", ROWS, 20000);
    select_one("sqlite_select_index", "select text from facts where number between ?1 and ?1 + 200", 1u << 20,
               4000);
    select_one("sqlite_select_all", "select sum(length(text)) from facts where number % 7 <> ?", 7, 20);
    run("pragma journal_mode = wal");
    insert_one_by_one("sqlite_insert_wal", 100);
    sqlite3_close(database);
}
