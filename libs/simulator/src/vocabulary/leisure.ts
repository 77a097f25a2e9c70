import { category } from './category.js';

/** Categories of going out, wearing and giving; neighbours in the list are related. */
export const LEISURE_CATEGORIES = [
  category('tools', {
    types:
      'Screwdriver Set, Claw Hammer, Tape Measure, Pruning Shears, Hand Saw, Tool Roll, Spirit Level, Pocket Torch',
    styles: 'Workshop, Precision, Ratchet, Heavy-Duty, Folding, Insulated',
    materials: 'Chrome Vanadium, Hickory, Forged Steel, Waxed Canvas, Fibreglass',
    sizes: 'Compact, Standard, Large, 12 Pieces',
    uses: 'flat-pack evenings, bicycle repairs, fine joinery, the boot of the car',
    features:
      'Balanced for one-handed work, Grip stays dry, Hardened tips, Comes with a lifetime guarantee, Magnetic holder',
  }),
  category('camping', {
    types: 'Sleeping Bag, Two-Person Tent, Camping Stove, Hammock, Water Bottle, Head Torch, Folding Chair, Dry Bag',
    styles: 'Ultralight, Four-Season, Trekking, Festival, Expedition, Bushcraft',
    materials: 'Ripstop Nylon, Titanium, Recycled Polyester, Merino, Anodised Aluminium',
    sizes: 'Regular, Long, 1 Litre, 20 Litres',
    uses: 'multi-day treks, festival weekends, wild camping, paddling trips',
    features:
      'Packs down to the size of a bottle, Sealed seams, Tested at minus five degrees, Weighs less than you expect, Repair kit included',
  }),
  category('cycling', {
    types: 'Cycling Jersey, Bike Light, Pannier, Saddle Bag, Multi-Tool, Helmet, Phone Mount, Floor Pump',
    styles: 'Gravel, Commuter, Touring, Racing, Reflective, Bikepacking',
    materials: 'Carbon Fibre, Waterproof Cordura, Aluminium, Merino, Silicone',
    sizes: 'S, M, L, XL',
    uses: 'rainy commutes, long gravel days, winter training, city errands',
    features:
      'Seen from every side, Fits racks of all makes, Charges over USB-C, Quick release, Holds its place on cobbles',
  }),
  category('running', {
    types:
      'Running Jacket, Running Shoe, Hydration Vest, Running Cap, Compression Sock, Split Shorts, Race Belt, Running Glove',
    styles: 'Trail, Road, Marathon, Winter, Tempo, Reflective',
    materials: 'Merino, Recycled Mesh, Softshell, Stretch Nylon, Engineered Knit',
    sizes: 'XS, S, M, L',
    uses: 'first marathons, muddy trails, dark mornings, interval sessions',
    features:
      'Flat seams prevent chafing, Zipped key pocket, Vents under the arms, Dries on the line in an hour, Grips on wet rock',
  }),
  category('fitness', {
    types:
      'Yoga Mat, Resistance Band Set, Kettlebell, Foam Roller, Skipping Rope, Balance Board, Massage Ball, Gym Towel',
    styles: 'Studio, Home, Pilates, Alignment, Weighted, Recovery',
    materials: 'Natural Rubber, Cork, Cast Iron, EVA Foam, Microfibre',
    sizes: 'Light, Medium, Heavy, 6 mm',
    uses: 'living-room workouts, morning yoga, tired backs, travelling athletes',
    features:
      'Does not slip when wet, Printed guide lines, Quiet on wooden floors, Carry strap included, Free of latex',
  }),
  category('bags', {
    types: 'Backpack, Tote Bag, Messenger Bag, Wash Bag, Weekender, Belt Bag, Laptop Sleeve, Coin Purse',
    styles: 'Roll-Top, Everyday, Heritage, Packable, Quilted, Jumbo',
    materials: 'Waxed Canvas, Full-Grain Leather, Recycled Nylon, Organic Cotton, Wool Felt',
    sizes: 'Mini, Small, Medium, Large',
    uses: 'daily commutes, market mornings, carry-on travel, students',
    features:
      'Padded pocket for a laptop, Inside pocket with zip, Ages beautifully, Straps adjust to any height, Folds into its own pocket',
  }),
  category('jewellery', {
    types: 'Hoop Earrings, Pendant Necklace, Signet Ring, Charm Bracelet, Stud Earrings, Bangle, Brooch, Anklet',
    styles: 'Minimal, Art Nouveau, Celestial, Layered, Hammered, Birthstone',
    materials: 'Sterling Silver, Gold Vermeil, Freshwater Pearl, Brass, Rose Quartz',
    sizes: 'Adjustable, Small, Medium, Large',
    uses: 'everyday wear, bridesmaids, milestone birthdays, sensitive ears',
    features: 'Free of nickel, Arrives in a linen pouch, Finished by hand, Secure clasp, Can be engraved',
  }),
  category('knitwear', {
    types: 'Crew Neck Jumper, Cardigan, Beanie, Scarf, Mittens, Roll Neck, Knitted Vest, Bed Socks',
    styles: 'Cable-Knit, Fair Isle, Oversized, Ribbed, Fisherman, Boucle',
    materials: 'Lambswool, Cashmere, Alpaca, Merino, Organic Cotton',
    sizes: 'XS, S, M, L',
    uses: 'crisp autumn walks, draughty offices, capsule wardrobes, cabin weekends',
    features: 'Knitted in one piece, Soft against the skin, Does not pill, Yarn from certified farms, Hand wash cold',
  }),
  category('baby', {
    types: 'Swaddle Blanket, Teether, Baby Bib, Rattle, Sleepsuit, Cot Mobile, Changing Mat, Milestone Cards',
    styles: 'Woodland, Safari, Rainbow, Organic, Knitted, Starry',
    materials: 'Muslin, Organic Cotton, Food-Grade Silicone, Untreated Beech, Bamboo Jersey',
    sizes: 'Newborn, 3 Months, 6 Months, One Size',
    uses: 'newborn gifts, first teeth, daytime naps, new parents',
    features:
      'Machine washable, Tested to toy safety standards, No buttons on the back, Gentle on new skin, Folds to pocket size',
  }),
  category('toys', {
    types: 'Wooden Puzzle, Building Blocks, Plush Animal, Board Game, Play Tent, Train Set, Card Game, Craft Kit',
    styles: 'Dinosaur, Montessori, Circus, Space, Jungle, Pirate',
    materials: 'Beech Wood, Organic Plush, Recycled Card, Felt, Birch Plywood',
    sizes: '24 Pieces, 48 Pieces, Mini, Giant',
    uses: 'rainy afternoons, family game nights, small hands, party bags',
    features:
      'Painted with water-based colours, Grows with the child, Packs away in a cotton bag, For two to six players, No batteries needed',
  }),
  category('stationery', {
    types:
      'Notebook, Fountain Pen, Desk Planner, Washi Tape Set, Greeting Card Set, Pencil Case, Sketchbook, Gift Wrap Roll',
    styles: 'Dotted, Botanical, Letterpress, Marbled, Retro, Linen-Bound',
    materials: 'Recycled Paper, Vegan Leather, Kraft Card, Brass, Cotton Paper',
    sizes: 'A6, A5, A4, Pack of 10',
    uses: 'bullet journals, thank-you notes, careful planners, travel sketches',
    features:
      'Opens flat, Ink does not bleed through, Numbered pages, Ribbon marker and pocket, Refills are easy to find',
  }),
  category('pets', {
    types: 'Dog Bed, Cat Scratcher, Food Bowl, Dog Lead, Chew Toy, Cat Tunnel, Pet Blanket, Treat Pouch',
    styles: 'Orthopaedic, Woodland, Slow-Feed, Reflective, Cosy, Adventure',
    materials: 'Natural Rubber, Sisal, Faux Fur, Braided Rope, Stoneware',
    sizes: 'S, M, L, XL',
    uses: 'older dogs, indoor cats, muddy walks, nervous puppies',
    features:
      'Cover comes off for washing, Survives strong jaws, Does not slide on tiles, Filled with recycled fibre, Glows in the dark',
  }),
] as const;
