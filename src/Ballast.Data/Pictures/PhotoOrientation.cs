namespace Ballast;

/// <summary>Turns a picture as its EXIF orientation says: 1 as it is, 2 mirrored, 3 turned by 180 degrees, 4 mirrored top to
/// bottom, 5 mirrored along the main diagonal, 6 turned to the right, 7 mirrored along the other diagonal, 8 turned to the left.</summary>
static class PhotoOrientation
{
    public static Picture Upright(Picture picture, int orientation)
    {
        if (orientation is <= 1 or > 8)
            return picture;
        bool turned = orientation >= 5, down = orientation is 3 or 4 or 7 or 8, right = orientation is 2 or 3 or 6 or 7;
        int height = turned ? picture.Width : picture.Height, width = turned ? picture.Height : picture.Width;
        byte[] result = new byte[picture.Bytes.Length];
        for (int c = 0; c < picture.Channels; c++)
        {
            var from = picture.Bytes.Slice(c * height * width, height * width);
            var to = result.AsSpan(c * height * width, height * width);
            for (int y = 0; y < height; y++)
            {
                int row = down ? height - 1 - y : y;
                for (int x = 0; x < width; x++)
                {
                    int column = right ? width - 1 - x : x;
                    to[y * width + x] = turned ? from[column * picture.Width + row] : from[row * picture.Width + column];
                }
            }
        }

        return new Picture([picture.Channels, height, width], result);
    }
}
