using System.Text;

namespace Ballast;

/// <summary>Text of a file, cut into blocks of whole rows: each ends behind a line end outside of quotes.</summary>
sealed class TableText : IDisposable
{
    // More than the longest row that the splitter takes: it refuses a block that is as long without a row's end.
    const int Most = 1 << 25;

    readonly StreamReader reader;
    readonly int usual;
    char[] rest = [];
    bool ended;
    int taken;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file: UTF-8, or what its byte order mark says.</param>
    /// <param name="block">How many characters a block has, as far as rows allow.</param>
    public TableText(string path, int block)
    {
        usual = block;
        reader = new StreamReader(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan), Encoding.UTF8, true, 1 << 16);
    }

    /// <summary>Takes the next block. Several threads may call it, each with a buffer of its own.</summary>
    /// <param name="buffer">Where its characters go; replaced by a longer one where it must.</param>
    /// <param name="number">How many blocks were taken before.</param>
    /// <returns>How many characters it has; 0 at the end.</returns>
    public int Take(ref char[] buffer, out int number)
    {
        lock (reader)
        {
            int length = rest.Length;
            if (buffer.Length < usual + length)
                buffer = new char[usual + length];
            rest.CopyTo(buffer, 0);
            rest = [];
            number = taken;
            while (true)
            {
                while (!ended && length < buffer.Length)
                {
                    int more = reader.Read(buffer.AsSpan(length));
                    ended = more == 0;
                    length += more;
                }

                int cut = ended ? length : End(buffer.AsSpan(0, length));
                if (cut == 0 && length > 0)
                {
                    if (length >= Most)
                        cut = length;
                    else
                        Array.Resize(ref buffer, 2 * length);
                }

                if (cut > 0)
                {
                    rest = buffer[cut..length];
                    taken++;
                }

                if (cut > 0 || length == 0)
                    return cut;
            }
        }
    }

    /// <summary>Gives no more blocks.</summary>
    public void Stop()
    {
        lock (reader)
            (ended, rest) = (true, []);
    }

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    // Behind the last line end outside of quotes; 0 where there is none. A return at the end may have its line feed yet to come.
    static int End(ReadOnlySpan<char> text) => Last(text, '\n') is > 0 and var end ? end : Last(text[..^1], '\r');

    static int Last(ReadOnlySpan<char> text, char end)
    {
        int at = text.LastIndexOf(end);
        int quotes = at < 0 ? 0 : text[..at].Count('"');
        while (at >= 0 && quotes % 2 != 0)
        {
            int before = text[..at].LastIndexOf(end);
            if (before >= 0)
                quotes -= text[before..at].Count('"');
            at = before;
        }

        return at + 1;
    }
}
