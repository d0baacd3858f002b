/* Messages between launcher and core: building, sending, receiving and taking them apart. */
#include "launcher.h"

#include <string.h>

void buffer_append(Buffer *buffer, const void *data, size_t size)
{
    if (buffer->failed || size == 0)
        return;
    if (size > buffer->capacity - buffer->size) {
        size_t capacity = buffer->capacity ? buffer->capacity : 8192;
        while (capacity - buffer->size < size) {
            if (capacity > SIZE_MAX / 2) {
                buffer->failed = true;
                return;
            }
            capacity *= 2;
        }
        char *grown = enlarge(buffer->data, buffer->size, capacity);
        if (!grown) {
            buffer->failed = true;
            return;
        }
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

static void put_u32(char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(number >> (8 * i) & 0xff);
}

void put_u64(char *to, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        to[i] = (char)(number >> (8 * i) & 0xff);
}

static uint32_t get_u32(const char *from)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number |= (uint32_t)(unsigned char)from[i] << (8 * i);
    return number;
}

void frame_begin(Buffer *frame, enum message message)
{
    char head[9];
    put_u32(head, CLCACHE_MAGIC);
    put_u32(head + 4, 0);
    head[8] = (char)message;
    buffer_append(frame, head, sizeof head);
}

void frame_field(Buffer *frame, const void *data, size_t size)
{
    char length[4];
    if (size > CLCACHE_MAX_FRAME) {
        frame->failed = true;
        return;
    }
    put_u32(length, (uint32_t)size);
    buffer_append(frame, length, sizeof length);
    buffer_append(frame, data, size);
}

void frame_text(Buffer *frame, const char *text)
{
    frame_field(frame, text, strlen(text));
}

void frame_list(Buffer *frame, char *const *items)
{
    size_t size = 0;
    for (char *const *item = items; *item; item++)
        size += strlen(*item) + 1;
    frame_field(frame, NULL, 0); /* the length, mended below */
    if (frame->failed)
        return;
    size_t at = frame->size - 4;
    for (char *const *item = items; *item; item++)
        buffer_append(frame, *item, strlen(*item) + 1);
    if (size > CLCACHE_MAX_FRAME)
        frame->failed = true;
    if (!frame->failed)
        put_u32(frame->data + at, (uint32_t)size);
}

void frame_end(Buffer *frame)
{
    if (frame->size > CLCACHE_MAX_FRAME)
        frame->failed = true;
    if (!frame->failed)
        put_u32(frame->data + 4, (uint32_t)(frame->size - 8));
}

bool next_field(Field *rest, Field *field)
{
    if (rest->size < 4)
        return false;
    uint32_t size = get_u32(rest->data);
    if (size > rest->size - 4)
        return false;
    field->data = rest->data + 4;
    field->size = size;
    rest->data += 4 + (size_t)size;
    rest->size -= 4 + (size_t)size;
    return true;
}

char **field_items(Field field)
{
    size_t count = 0;
    if (field.size && field.data[field.size - 1] != '\0')
        return NULL;
    for (size_t i = 0; i < field.size; i++)
        count += field.data[i] == '\0';
    char **items = allocate((count + 1) * sizeof *items);
    char *text = allocate(field.size + 1);
    if (!items || !text)
        return NULL;
    memcpy(text, field.data, field.size);
    for (size_t i = 0; i < count; i++) {
        items[i] = text;
        text += strlen(text) + 1;
    }
    return items;
}

uint32_t number_of(Field field, size_t at)
{
    uint32_t number = 0;
    for (size_t i = 0; i < 4 && at + i < field.size; i++)
        number |= (uint32_t)(unsigned char)field.data[at + i] << (8 * i);
    return number;
}

bool read_print(const Buffer *payload, Print *print)
{
    Field rest = {payload->data, payload->size}, numbers;
    if (!rest.size || rest.data[0] != MESSAGE_PRINT)
        return false;
    rest.data++;
    rest.size--;
    if (!next_field(&rest, &numbers) || !next_field(&rest, &print->standard_output) ||
        !next_field(&rest, &print->standard_error))
        return false;
    print->exit_code = (int)number_of(numbers, 0);
    print->signal = (int)number_of(numbers, 4);
    return true;
}

bool send_frame(Connection connection, const Buffer *frame)
{
    return !frame->failed && platform_send(connection, frame->data, frame->size);
}

bool receive_frame(Connection connection, Buffer *payload)
{
    char head[8];
    payload->size = 0;
    if (!platform_receive(connection, head, sizeof head) || get_u32(head) != CLCACHE_MAGIC)
        return false;
    uint32_t size = get_u32(head + 4);
    if (size == 0 || size > CLCACHE_MAX_FRAME)
        return false;
    if (payload->capacity < size) {
        payload->data = allocate(size);
        payload->capacity = payload->data ? size : 0;
        if (!payload->data)
            return false;
    }
    payload->size = size;
    return platform_receive(connection, payload->data, size);
}
