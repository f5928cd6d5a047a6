namespace Ballast;

/// <summary>CIFAR-10 as its authors publish it in binary: six files of records, each one label byte and 3072 bytes of
/// image, 1024 red, 1024 green, 1024 blue.</summary>
static class Cifar10Layout
{
    public const string Title = "CIFAR-10";
    public const int Classes = 10;
    public const int Pixels = 32 * 32;
    public const int RecordBytes = 1 + 3 * Pixels;
    public const int RecordsPerFile = 10_000;
    public const string FolderName = "cifar-10-batches-bin";
    public const string ArchiveAddress = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
    public const string ArchiveSha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";

    /// <summary>The most bytes that are taken from there; the archive has 162 MiB.</summary>
    public const long ArchiveLimit = 180_000_000;

    public static readonly string[] ClassNames =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static readonly DataFile[] TrainFiles =
    [
        File("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
        File("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
        File("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
        File("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
        File("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    ];

    public static readonly DataFile TestFile =
        File("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b");

    public static readonly DataFile[] Files = [.. TrainFiles, TestFile];

    static DataFile File(string name, string sha256) => new(name, (long)RecordsPerFile * RecordBytes, sha256);
}
