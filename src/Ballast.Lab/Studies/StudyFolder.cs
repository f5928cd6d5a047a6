using System.Text.Json;

namespace Ballast.Lab;

/// <summary>The folder that a study leaves: <c>study.json</c>, a small file for each trial in <c>trials/</c>, and at its end
/// <c>results.json</c> and <c>report.html</c>. Each file is written whole or not at all, so that a study can be killed at any
/// moment. While it is open nobody else can open it.</summary>
public sealed class StudyFolder : IDisposable
{
    const string RecordName = "study.json";
    const string TrialsName = "trials";

    readonly FolderLock locked;

    StudyFolder(string path, StudyRecord record, FolderLock locked)
    {
        Path = path;
        Record = record;
        this.locked = locked;
        Fingerprint = record.Definition.Fingerprint();
    }

    /// <summary>The folder, as it was named.</summary>
    public string Path { get; }

    /// <summary>What <c>study.json</c> says.</summary>
    public StudyRecord Record { get; }

    /// <summary>The definition's fingerprint, which each trial's file has.</summary>
    public string Fingerprint { get; }

    /// <summary>The report.</summary>
    public string ReportPath => System.IO.Path.Combine(Path, "report.html");

    /// <summary>The numbers of the report, for programs.</summary>
    public string ResultsPath => System.IO.Path.Combine(Path, "results.json");

    string TrialsPath => System.IO.Path.Combine(Path, TrialsName);

    /// <summary>Makes a folder for a new study.</summary>
    /// <exception cref="IOException">It is there already and not empty, or it cannot be written.</exception>
    public static StudyFolder Create(string path, StudyRecord record)
    {
        RefuseUsed(path);
        Directory.CreateDirectory(path);
        var locked = FolderLock.Take(path);
        try
        {
            // Again: another process may have been here before the lock was.
            RefuseUsed(path);
            AtomicFile.Write(System.IO.Path.Combine(path, RecordName), stream =>
            {
                JsonSerializer.Serialize(stream, record, StudyJson.Default.StudyRecord);
                stream.WriteByte((byte)'\n');
            });
            return new StudyFolder(path, record, locked);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a folder that has something in it, which a new study might overwrite.</summary>
    /// <exception cref="IOException">It is not empty, or a file.</exception>
    public static void RefuseUsed(string path)
    {
        if (File.Exists(path))
            throw new IOException($"{path} is a file. A study needs a folder of its own.");
        if (File.Exists(System.IO.Path.Combine(path, RecordName)))
        {
            throw new IOException(
                $"{path} holds a study already. Go on with it by --resume in place of --out, or choose another folder for a new one.");
        }

        if (!FolderLock.IsUnused(path))
            throw new IOException($"{path} is not empty. Choose another folder for a new study.");
    }

    /// <summary>Opens the folder of an earlier study.</summary>
    /// <exception cref="IOException">There is no such folder, no study in it, or it is open elsewhere.</exception>
    /// <exception cref="InvalidDataException">Its <c>study.json</c> is damaged or of another version.</exception>
    public static StudyFolder Open(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        if (!File.Exists(file))
        {
            throw new FileNotFoundException(!Directory.Exists(path) ? $"There is no folder {path}."
                : File.Exists(System.IO.Path.Combine(path, "run.json"))
                    ? $"{path} holds a training run or a comparison, not a study. Go on with it by ballast train "
                        + "--resume or ballast compare --resume."
                    : $"{path} holds no study: it has no {RecordName}. Begin the study anew in another folder.");
        }

        var locked = FolderLock.Take(path);
        try
        {
            string trials = System.IO.Path.Combine(path, TrialsName);
            if (Directory.Exists(trials))
                AtomicFile.RemoveTemporaries(trials);
            var record = VersionedJson.Read(
                file, "study", StudyDefinition.CurrentFormat, StudyJson.Default.StudyRecord, static read =>
                {
                    read.Definition.Check();
                    read.Samples.Check();
                }, "Put back a copy of it, or begin a new study in another folder.");
            return new StudyFolder(path, record, locked);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>A trial's result, or null where there is none yet.</summary>
    /// <exception cref="InvalidDataException">Its file is damaged, or belongs to another study.</exception>
    public TrialResult? Find(StudyArm arm, StudyRepeat repeat)
    {
        string file = TrialPath(arm, repeat);
        if (!File.Exists(file))
            return null;
        var result = VersionedJson.Read(
            file, "trial", StudyDefinition.CurrentFormat, TrialJson.Default.TrialResult, static read => read.Check(),
            "Delete it, and the trial is run again when the study is resumed.");
        if (result.Study != Fingerprint || result.Arm != arm.Name || result.Repeat != repeat)
        {
            throw new InvalidDataException(
                $"{file} belongs to another study, or {RecordName} was changed after it was begun. Begin a new "
                    + $"study of the same definition: ballast study run, and the file {System.IO.Path.Combine(Path, RecordName)}.");
        }

        return result;
    }

    /// <summary>Keeps a trial's result.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(StudyArm arm, StudyRepeat repeat, TrialResult result)
    {
        Directory.CreateDirectory(TrialsPath);
        AtomicFile.Write(TrialPath(arm, repeat), stream =>
        {
            JsonSerializer.Serialize(stream, result, TrialJson.Default.TrialResult);
            stream.WriteByte((byte)'\n');
        });
    }

    /// <summary>All results there are, in the order of arms and repetitions.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    public IReadOnlyList<TrialResult> Read() =>
    [
        .. from arm in Record.Definition.Arms
           from repeat in Record.Definition.Repeats
           let result = Find(arm, repeat)
           where result is not null
           select result,
    ];

    /// <summary>Lets others open the folder.</summary>
    public void Dispose() => locked.Dispose();

    /// <summary>Where a trial's weights are kept, in a study that keeps them; the folder for them is made.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public string WeightsPath(StudyArm arm, StudyRepeat repeat)
    {
        string folder = System.IO.Path.Combine(Path, "weights");
        Directory.CreateDirectory(folder);
        return System.IO.Path.Combine(folder, $"{arm.Name}-{repeat.Name}.safetensors");
    }

    string TrialPath(StudyArm arm, StudyRepeat repeat) => System.IO.Path.Combine(TrialsPath, $"{arm.Name}-{repeat.Name}.json");
}
