using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ballast.Lab;

/// <summary>A file of JSON objects, one a line. Each line is with the operating system before the next one is made: a killed program loses
/// none, and at most leaves the last one half written, which readers pass over.</summary>
/// <param name="type">What a line holds.</param>
/// <param name="what">What it is called in a message: <c>metric</c>.</param>
/// <param name="remedy">What to do about a damaged line, a sentence.</param>
sealed class LineLog<T>(JsonTypeInfo<T> type, string what, string remedy)
    where T : class
{
    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">There is one already, or it cannot be written.</exception>
    public static FileStream Create(string path) => Open(path, FileMode.CreateNew);

    /// <summary>Continues a file with some of its lines.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public FileStream Resume(string path, Func<T, bool> kept)
    {
        var lines = Read(path).Where(kept).ToList();
        AtomicFile.Write(path, file =>
        {
            foreach (var line in lines)
                file.Write(Line(line));
        });
        return Open(path, FileMode.Append);
    }

    /// <summary>The lines of a file, in the order they were written; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">A line, other than a half-written last one, cannot be read.</exception>
    public IReadOnlyList<T> Read(string path)
    {
        var values = new List<T>();
        if (!File.Exists(path))
            return values;
        string[] lines = ReadAll(path).Split('\n');
        // What follows the last line break was never finished.
        for (int i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                values.Add(JsonSerializer.Deserialize(lines[i], type) ?? throw new JsonException($"null is no {what}."));
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"{path}, line {i + 1}, is damaged: {error.Message} {remedy}", error);
            }
        }

        return values;
    }

    /// <summary>A value as a line.</summary>
    public byte[] Line(T value) => Encoding.UTF8.GetBytes(JsonSerializer.Serialize(value, type) + "\n");

    static FileStream Open(string path, FileMode mode) => new(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);

    // Also while the run that writes it is going on.
    static string ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
