static int greetings;

int count_greeting(void)
{
    return ++greetings;
}
