namespace Ballast;

/// <summary>Fashion-MNIST as its authors publish it, unpacked: for training and for testing a file of images and one of
/// labels, in the format IDX.</summary>
/// <remarks>The hashes are of the unpacked files, since archives pack them each in its own way: Debian's package has the
/// authors' compressed data under another header. With the authors' header before it (their name of the file and its
/// time), that data has the MD5 sums that they publish of the four <c>.gz</c> files: 8d4fb7e6c68d591d4c3dfef9ec88bf0d,
/// 25c81989df183df01b3e8a0aad5dffbe, bef4ecab320f06d8554ea6380940ec79 and bb300cfdad3c16e7a12a480ee83cd310.</remarks>
static class FashionMnistLayout
{
    public const string Title = "Fashion-MNIST";
    public const int Classes = 10;
    public const int Side = 28;
    public const string FolderName = "fashion-mnist";
    public const string Package = "dataset-fashion-mnist";

    /// <summary>The authors' repository, then the address of their paper. That is a website of Amazon's S3, which serves no https;
    /// what comes from either is held to its size and SHA-256.</summary>
    public static readonly string[] Addresses =
    [
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ];

    public static readonly string[] ClassNames =
    [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ];

    public static readonly DataFile[] TrainFiles =
    [
        Images("train", 60_000, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        Labels("train", 60_000, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    ];

    public static readonly DataFile[] TestFiles =
    [
        Images("t10k", 10_000, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        Labels("t10k", 10_000, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ];

    public static readonly DataFile[] Files = [.. TrainFiles, .. TestFiles];

    static DataFile Images(string part, int count, string sha256) =>
        new($"{part}-images-idx3-ubyte", IdxFile.HeaderBytes(3) + (long)count * Side * Side, sha256);

    static DataFile Labels(string part, int count, string sha256) =>
        new($"{part}-labels-idx1-ubyte", IdxFile.HeaderBytes(1) + count, sha256);
}
